"""What every row needs: programs pinned to a core, CPU of a process tree, two contenders in turn, medians."""
import os
import signal
import statistics
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
MOST_SWING = 1.3  # of the reference, before a pair is thrown away


class Program:
    """One process, ended by its own id when the block ends, and with it whatever it has started."""

    def __init__(self, *command, core=None, **more):
        pin = ["taskset", "-c", str(core)] if core is not None else []
        self.process = subprocess.Popen([*pin, *map(str, command)], start_new_session=True, **more)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        try:
            os.killpg(self.pid, signal.SIGKILL)  # children that outlive it, as fcgiwrap's do
        except ProcessLookupError:
            pass


def output_of(*command, core=None, stdin=None, seconds=120):
    pin = ["taskset", "-c", str(core)] if core is not None else []
    done = subprocess.run([*pin, *map(str, command)], input=stdin, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    if done.stderr.strip():
        print(done.stderr.strip())
    return done.stdout


def wait_until(condition, seconds=15, what="a program did not become ready"):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(what)
        time.sleep(0.0005)


def tree(pid):
    # The children of each thread: a plugin's process is that of the thread that looks after it.
    children = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as f:
            children += [int(c) for c in f.read().split()]
    return [pid] + [p for c in children for p in tree(c)]


def cpu(pid):
    """(user, system) seconds of a process tree"""
    user = system = 0.0
    for p in tree(pid):
        with open(f"/proc/{p}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        user += int(fields[11]) / TICK
        system += int(fields[12]) / TICK
    return user, system


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def in_turn(reference, contenders, rounds, until=None):
    """Runs reference, contenders…, reference, contenders…, reference: each contender lies between two references.

    reference and contenders are functions without arguments that give a dict. Returns (reference runs, {name: runs});
    a contender's run has "before" and "after", the references beside it. `until`: no round begins behind this time of time.monotonic(),
    but for the first.
    """
    references = [reference()]
    runs = {name: [] for name in contenders}
    for number in range(rounds):
        if number > 0 and until is not None and time.monotonic() > until:
            break
        fresh = [(name, dict(run())) for name, run in contenders.items()]
        references.append(reference())
        for name, run in fresh:
            runs[name].append(dict(run, before=references[-2], after=references[-1]))
    return references, runs


def steady(run, key):
    beside = run["before"][key], run["after"][key]
    return min(beside) > 0 and max(beside) / min(beside) <= MOST_SWING


def ratios(runs, by, key, more_is_better):
    """contender against the mean of the references beside it, of the pairs whose reference, by `by`, kept still"""
    result = []
    for run in runs:
        if not steady(run, by):
            continue
        beside = (run["before"][key] + run["after"][key]) / 2
        top, bottom = (run[key], beside) if more_is_better else (beside, run[key])
        if bottom > 0:
            result.append(top / bottom)
    return result


def spread(values):
    """{"median", "min", "max"} or None"""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)} if values else None


def figures(runs, keys):
    return {key: spread([run[key] for run in runs]) for key in keys}


def text(spread_, digits=2):
    if spread_ is None:
        return "-"
    return f"{spread_['median']:,.{digits}f} ({spread_['min']:,.{digits}f}-{spread_['max']:,.{digits}f})"


def verdict(ratio, bar):
    if bar is None:
        return ""
    if ratio is None:
        return f"{bar} ?"
    return f"{bar} {'met' if ratio['median'] >= bar else 'MISSED'}"


def table(headings, rows):
    """Columns as wide as they must be, the first two to the left."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    for row in [headings, *rows]:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
