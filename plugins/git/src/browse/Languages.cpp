#include "browse/Languages.h"

#include "browse/TreeWalk.h"

#include <algorithm>
#include <array>
#include <map>

namespace netbit::git {

namespace json = boost::json;

namespace {

struct Name {
    std::string_view ending;
    std::string_view language;
};

// Sorted by ending.
constexpr std::array endings{
    Name{"ada", "Ada"},          Name{"adb", "Ada"},          Name{"ads", "Ada"},         Name{"asm", "Assembly"},
    Name{"awk", "Awk"},          Name{"bash", "Shell"},       Name{"bat", "Batchfile"},   Name{"c", "C"},
    Name{"cc", "C++"},           Name{"cl", "Common Lisp"},   Name{"clj", "Clojure"},     Name{"cljs", "Clojure"},
    Name{"cmake", "CMake"},      Name{"coffee", "CoffeeScript"}, Name{"cpp", "C++"},      Name{"cr", "Crystal"},
    Name{"cs", "C#"},            Name{"css", "CSS"},          Name{"cu", "Cuda"},         Name{"cxx", "C++"},
    Name{"d", "D"},              Name{"dart", "Dart"},        Name{"el", "Emacs Lisp"},   Name{"elm", "Elm"},
    Name{"erl", "Erlang"},       Name{"ex", "Elixir"},        Name{"exs", "Elixir"},      Name{"f", "Fortran"},
    Name{"f90", "Fortran"},      Name{"fs", "F#"},            Name{"glsl", "GLSL"},       Name{"go", "Go"},
    Name{"gradle", "Gradle"},    Name{"groovy", "Groovy"},    Name{"h", "C"},             Name{"hh", "C++"},
    Name{"hpp", "C++"},          Name{"hrl", "Erlang"},       Name{"hs", "Haskell"},      Name{"htm", "HTML"},
    Name{"html", "HTML"},        Name{"hxx", "C++"},          Name{"inl", "C++"},         Name{"ino", "C++"},
    Name{"java", "Java"},        Name{"jl", "Julia"},         Name{"js", "JavaScript"},   Name{"jsx", "JavaScript"},
    Name{"kt", "Kotlin"},        Name{"kts", "Kotlin"},       Name{"less", "Less"},       Name{"lisp", "Common Lisp"},
    Name{"lua", "Lua"},          Name{"m", "Objective-C"},    Name{"m4", "M4"},           Name{"mjs", "JavaScript"},
    Name{"mk", "Makefile"},      Name{"ml", "OCaml"},         Name{"mli", "OCaml"},       Name{"mm", "Objective-C++"},
    Name{"nim", "Nim"},          Name{"nix", "Nix"},          Name{"pas", "Pascal"},      Name{"php", "PHP"},
    Name{"pl", "Perl"},          Name{"pm", "Perl"},          Name{"proto", "Protocol Buffer"}, Name{"ps1", "PowerShell"},
    Name{"py", "Python"},        Name{"pyx", "Cython"},       Name{"r", "R"},             Name{"rb", "Ruby"},
    Name{"rkt", "Racket"},       Name{"rs", "Rust"},          Name{"s", "Assembly"},      Name{"sass", "Sass"},
    Name{"scala", "Scala"},      Name{"scm", "Scheme"},       Name{"scss", "SCSS"},       Name{"sh", "Shell"},
    Name{"sol", "Solidity"},     Name{"sql", "SQL"},          Name{"sv", "SystemVerilog"}, Name{"svelte", "Svelte"},
    Name{"swift", "Swift"},      Name{"tcl", "Tcl"},          Name{"tex", "TeX"},         Name{"tf", "HCL"},
    Name{"ts", "TypeScript"},    Name{"tsx", "TypeScript"},   Name{"v", "Verilog"},       Name{"vala", "Vala"},
    Name{"vb", "Visual Basic"},  Name{"vhd", "VHDL"},         Name{"vim", "Vim Script"},  Name{"vue", "Vue"},
    Name{"xsl", "XSLT"},         Name{"y", "Yacc"},           Name{"zig", "Zig"},         Name{"zsh", "Shell"},
};
static_assert(std::is_sorted(endings.begin(), endings.end(), [](const Name& a, const Name& b) { return a.ending < b.ending; }));

constexpr std::array wholeNames{Name{"cmakelists.txt", "CMake"}, Name{"dockerfile", "Dockerfile"}, Name{"gnumakefile", "Makefile"},
                                Name{"makefile", "Makefile"},    Name{"meson.build", "Meson"},     Name{"rakefile", "Ruby"}};

} // namespace

std::string_view languageOf(std::string_view path)
{
    const auto name = folded(path.substr(path.rfind('/') + 1));
    for (const auto& whole : wholeNames)
        if (name == whole.ending)
            return whole.language;
    const auto dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0)
        return {};
    const auto ending = std::string_view(name).substr(dot + 1);
    const auto* const found =
        std::lower_bound(endings.begin(), endings.end(), ending, [](const Name& one, std::string_view wanted) { return one.ending < wanted; });
    return found != endings.end() && found->ending == ending ? found->language : std::string_view();
}

Answer languages(const Repository& repository, const git_commit* commit, const Limits& limits)
{
    const Deadline deadline(limits.time);
    const auto odb = repository.objects();
    TreeWalk walk(repository, repository.tree(commit), limits.depth);
    std::map<std::string_view, std::uint64_t> bytes;
    std::uint64_t all = 0;
    std::size_t walked = 0;
    bool complete = true;
    while (const auto file = walk.next()) {
        if (++walked > limits.walkedEntries || deadline.over()) {
            complete = false;
            break;
        }
        const auto language = file->mode == GIT_FILEMODE_BLOB || file->mode == GIT_FILEMODE_BLOB_EXECUTABLE
            ? languageOf(file->path)
            : std::string_view();
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        if (language.empty() || git_odb_read_header(&size, &type, odb.get(), &file->id) != 0)
            continue;
        bytes[language] += size;
        all += size;
    }
    std::vector<std::pair<std::string_view, std::uint64_t>> sorted(bytes.begin(), bytes.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    Answer answer;
    json::array list;
    for (const auto& [name, size] : sorted)
        list.push_back(json::object{{"name", name}, {"bytes", size}});
    answer.body["commit"] = hexOf(git_commit_id(commit));
    answer.body["languages"] = std::move(list);
    answer.body["bytes"] = all;
    answer.body["complete"] = complete;
    return answer;
}

} // namespace netbit::git
