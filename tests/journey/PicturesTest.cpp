// Thumbnails and avatars: of good images, of such that lie, and of such that mean harm.

#include "journey/Uploading.h"

#include <gd.h>

namespace netbit::test {

namespace {

class Pictures : public OnStage {
protected:
    static HttpReply thumbnail(const User& user, std::int64_t file) { return as(user).get(filePath(file, "/thumbnail")); }
    static HttpReply setAvatar(const User& user, std::string_view bytes)
    {
        return as(user).request("PUT", "/api/user/avatar", bytes);
    }
    static HttpReply avatar(const User& viewer, const User& of, const Headers& headers = {})
    {
        return as(viewer).get("/api/users/" + std::to_string(of.id) + "/avatar", headers);
    }
};

/// Left half red, right half blue.
gdImagePtr flag(int width, int height)
{
    auto* const image = gdImageCreateTrueColor(width, height);
    gdImageFilledRectangle(image, 0, 0, width / 2 - 1, height - 1, gdTrueColor(255, 0, 0));
    gdImageFilledRectangle(image, width / 2, 0, width - 1, height - 1, gdTrueColor(0, 0, 255));
    return image;
}

template <class Encode>
std::string encoded(int width, int height, Encode encode)
{
    auto* const image = flag(width, height);
    int size = 0;
    void* const bytes = encode(image, &size);
    std::string out(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    gdFree(bytes);
    gdImageDestroy(image);
    return out;
}

std::string png(int width, int height)
{
    return encoded(width, height, [](auto* image, int* size) { return gdImagePngPtr(image, size); });
}
std::string jpeg(int width, int height)
{
    return encoded(width, height, [](auto* image, int* size) { return gdImageJpegPtr(image, size, 90); });
}

struct Seen {
    int width = 0, height = 0;
    bool redLeft = false, redTop = false;
};

Seen look(const std::string& webp)
{
    auto* const image = gdImageCreateFromWebpPtr(static_cast<int>(webp.size()), const_cast<char*>(webp.data()));
    if (!image)
        return {};
    const auto isRed = [&](int x, int y) {
        const int color = gdImageGetPixel(image, x, y);
        return gdTrueColorGetRed(color) > 150 && gdTrueColorGetBlue(color) < 100;
    };
    Seen out{gdImageSX(image), gdImageSY(image)};
    out.redLeft = isRed(out.width / 10, out.height / 2) && !isRed(out.width - 1 - out.width / 10, out.height / 2);
    out.redTop = isRed(out.width / 2, out.height / 10) && !isRed(out.width / 2, out.height - 1 - out.height / 10);
    gdImageDestroy(image);
    return out;
}

/// The photograph as a camera stores it that was held another way, with a place and a name in its metadata.
std::string withExif(const std::string& photo, unsigned char orientation)
{
    std::string tiff("MM\0\x2A\0\0\0\x08\0\x02", 10);
    tiff += std::string("\x01\x0E\0\x02\0\0\0\x0E\0\0\0\x26", 12); // ImageDescription
    tiff += std::string("\x01\x12\0\x03\0\0\0\x01\0", 9) + static_cast<char>(orientation) + std::string(2, '\0');
    tiff += std::string(4, '\0') + std::string("at home, 1 st\0", 14);
    const auto segment = std::string("Exif\0\0", 6) + tiff;
    const auto length = segment.size() + 2;
    return photo.substr(0, 2) + "\xFF\xE1" + static_cast<char>(length >> 8) + static_cast<char>(length & 0xFF) +
        segment + photo.substr(2);
}

/// A PNG whose header says so, and whose data are some bytes of nothing.
std::string pngBomb(std::uint32_t width, std::uint32_t height)
{
    auto out = png(64, 64);
    for (int i = 0; i < 4; ++i) {
        out[static_cast<std::size_t>(16 + i)] = static_cast<char>(width >> (24 - 8 * i) & 0xFF);
        out[static_cast<std::size_t>(20 + i)] = static_cast<char>(height >> (24 - 8 * i) & 0xFF);
    }
    return out;
}

} // namespace

TEST_F(Pictures, AnImageHasItsSizeAndASmallPicture)
{
    const std::vector<std::pair<std::string, std::string>> images{
        {"image/png", png(640, 320)},
        {"image/jpeg", jpeg(640, 320)},
        {"image/gif", encoded(640, 320, [](auto* image, int* size) { return gdImageGifPtr(image, size); })},
        {"image/webp", encoded(640, 320, [](auto* image, int* size) { return gdImageWebpPtr(image, size); })},
    };
    for (const auto& [type, bytes] : images) {
        SCOPED_TRACE(type);
        const auto file = upload(daemon(), ada(), bytes, "?name=flag");
        EXPECT_EQ(textAt(file.info, "/media_type"), type);
        EXPECT_EQ(integerAt(file.info, "/width"), 640);
        EXPECT_EQ(integerAt(file.info, "/height"), 320);
        const auto small = thumbnail(ada(), file.id);
        ASSERT_EQ(small.status, 200) << small.body;
        EXPECT_EQ(small.header("content-type"), "image/webp");
        EXPECT_EQ(small.header("content-security-policy"), "default-src 'none'; sandbox");
        const auto seen = look(small.body);
        EXPECT_EQ(seen.width, 320);
        EXPECT_EQ(seen.height, 160);
        EXPECT_TRUE(seen.redLeft);
        const auto original = as(ada()).get(filePath(file.id));
        EXPECT_TRUE(original.body == bytes);
        EXPECT_EQ(original.header("content-type"), type);
        EXPECT_TRUE(original.header("content-disposition").starts_with("inline;"));
        EXPECT_EQ(as(ada()).get(filePath(file.id, "/thumbnail"), {{"If-None-Match", small.header("etag")}}).status, 304);
        expectProblem(thumbnail(eve(), file.id), 404, "file_not_found");
    }
    const auto tiny = upload(daemon(), ada(), png(3, 2));
    EXPECT_EQ(look(thumbnail(ada(), tiny.id).body).width, 3) << "nothing is made larger";
}

TEST_F(Pictures, APhotographIsUprightAndTellsNothingOfItself)
{
    const auto file = upload(daemon(), ada(), withExif(jpeg(640, 320), 6));
    EXPECT_EQ(integerAt(file.info, "/width"), 320);
    EXPECT_EQ(integerAt(file.info, "/height"), 640);
    const auto small = thumbnail(ada(), file.id);
    ASSERT_EQ(small.status, 200) << small.body;
    const auto seen = look(small.body);
    EXPECT_EQ(seen.width, 160);
    EXPECT_EQ(seen.height, 320);
    EXPECT_TRUE(seen.redTop) << "turned clockwise, what was left is above";
    EXPECT_EQ(small.body.find("at home"), std::string::npos);
    EXPECT_EQ(small.body.find("Exif"), std::string::npos);
}

TEST_F(Pictures, MessagesTellTheSizeOfTheirImages)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto one = upload(daemon(), ada(), png(100, 50), "?name=p.png");
    const auto other = upload(daemon(), ada(), "words");
    const auto message = sendFiles(daemon(), ada(), chat, {one.id});
    EXPECT_EQ(textAt(message, "/message_type"), "image");
    EXPECT_EQ(integerAt(message, "/attachments/0/width"), 100);
    EXPECT_EQ(integerAt(message, "/attachments/0/height"), 50);
    EXPECT_EQ(textAt(sendFiles(daemon(), ada(), chat, {one.id, other.id}), "/message_type"), "file");
    EXPECT_EQ(thumbnail(bob(), one.id).status, 200);
    const auto found = [&](std::string_view has) {
        return listAt(as(bob()).expect(200, "GET",
                                       "/api/search?q=has%3A" + std::string(has) + "%20in%3A" + std::to_string(chat)),
                      "/data")
            .size();
    };
    EXPECT_EQ(found("image"), 2u);
    EXPECT_EQ(found("file"), 2u);
}

TEST_F(Pictures, HostileImagesAreFilesWithoutAPicture)
{
    auto truncated = jpeg(200, 200);
    truncated.resize(40);
    const std::vector<std::string> images{
        pngBomb(60'000, 60'000), pngBomb(0, 5), pngBomb(0x7FFFFFFF, 0x7FFFFFFF), pngBomb(8'000, 6'000),
        std::string("GIF89a\xFF\xFF\xFF\xFF\xF7\0\0", 13) + std::string(100, '\x2C'), truncated, "\xFF\xD8\xFF\xE0",
        std::string("RIFF\x10\0\0\0WEBPVP8L", 16) + std::string(40, '\xFF'), "\x89PNG\r\n\x1A\n"};
    for (const auto& bytes : images) {
        const auto sent = tryUpload(daemon(), ada(), bytes);
        ASSERT_EQ(sent.status, 201) << sent.body;
        const auto id = integerAt(sent.document(), "/id");
        expectProblem(thumbnail(ada(), id), 404, "no_thumbnail");
        EXPECT_EQ(as(ada()).get(filePath(id)).body.size(), bytes.size());
        EXPECT_EQ(setAvatar(ada(), bytes).status, 422);
    }
    EXPECT_EQ(as(ada()).get("/healthz").status, 200);
    expectProblem(thumbnail(ada(), upload(daemon(), ada(), "no image").id), 404, "no_thumbnail");
    EXPECT_TRUE(filesBelow(daemon().data() + "/files/incoming").empty());
}

TEST_F(Pictures, RandomDamageHurtsNobody)
{
    const std::vector<std::string> images{
        png(80, 60), jpeg(80, 60), encoded(80, 60, [](auto* image, int* size) { return gdImageWebpPtr(image, size); }),
        encoded(80, 60, [](auto* image, int* size) { return gdImageGifPtr(image, size); })};
    std::uint32_t seed = 11;
    const auto random = [&seed] { return seed = seed * 1664525u + 1013904223u, seed >> 8; };
    for (int round = 0; round < 40; ++round) {
        auto bytes = images[static_cast<std::size_t>(round) % images.size()];
        for (int i = 0; i < 8; ++i)
            bytes[12 + random() % (bytes.size() - 12)] = static_cast<char>(random());
        const auto sent = tryUpload(daemon(), ada(), bytes);
        ASSERT_EQ(sent.status, 201) << sent.body;
        const auto status = thumbnail(ada(), integerAt(sent.document(), "/id")).status;
        EXPECT_TRUE(status == 200 || status == 404) << status;
    }
}

TEST_F(Pictures, AnAvatarIsSquareAndItsOwnersAlone)
{
    expectProblem(avatar(bob(), ada()), 404, "no_avatar");
    const auto set = setAvatar(ada(), withExif(jpeg(640, 320), 1));
    ASSERT_EQ(set.status, 200) << set.body;
    const auto first = avatar(bob(), ada());
    ASSERT_EQ(first.status, 200) << first.body;
    const auto seen = look(first.body);
    EXPECT_EQ(seen.width, 256);
    EXPECT_EQ(seen.height, 256);
    EXPECT_TRUE(seen.redLeft) << "the middle of it";
    EXPECT_EQ(first.body.find("at home"), std::string::npos);
    EXPECT_EQ(avatar(bob(), ada(), {{"If-None-Match", first.header("etag")}}).status, 304);

    ASSERT_EQ(setAvatar(ada(), png(10, 10)).status, 200);
    const auto second = avatar(bob(), ada());
    EXPECT_NE(second.header("etag"), first.header("etag"));
    EXPECT_EQ(look(second.body).width, 10);
    expectProblem(setAvatar(ada(), "no picture"), 422, "unreadable_image");
    EXPECT_EQ(avatar(bob(), ada()).body, second.body) << "the one before stays";
    RawHttp large(Socket::tcp(daemon().http()));
    large.send("PUT /api/user/avatar HTTP/1.1\r\nHost: a\r\nContent-Length: 11000000\r\nAuthorization: Bearer " +
               ada().token + "\r\n\r\n");
    EXPECT_EQ(large.read().status, 413) << "without waiting for it";
    const auto mine = as(ada()).expect(200, "GET", "/api/files?limit=200");
    for (const auto& file : listAt(mine, "/data"))
        EXPECT_NE(textAt(file, "/name"), "avatar") << "an avatar is none of the files";
    as(ada()).expect(204, "DELETE", "/api/user/avatar");
    expectProblem(avatar(bob(), ada()), 404, "no_avatar");
}

TEST_F(Pictures, AGuestSeesTheAvatarsOfThoseHeSees)
{
    const auto guest = makeUser(daemon(), "visitor");
    as(root()).expect(200, "PATCH", "/api/admin/users/" + std::to_string(guest.id), R"({"role":"guest"})");
    ASSERT_EQ(setAvatar(bob(), png(20, 20)).status, 200);
    expectProblem(avatar(guest, bob()), 404, "user_not_found");
    makeChat(daemon(), bob(), "group", {guest});
    EXPECT_EQ(avatar(guest, bob()).status, 200);
}

TEST_F(Pictures, ManyAtOnceAreMadeOneAfterTheOther)
{
    std::vector<std::thread> people;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i)
        people.emplace_back([&, i] {
            for (int j = 0; j < 4; ++j) {
                const auto sent = tryUpload(daemon(), ada(), png(300 + i, 200 + j));
                if (sent.status == 201 && thumbnail(ada(), integerAt(sent.document(), "/id")).status == 200)
                    ++good;
            }
        });
    for (auto& person : people)
        person.join();
    EXPECT_EQ(good, 16);
}

} // namespace netbit::test
