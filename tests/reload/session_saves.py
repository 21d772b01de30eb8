"""How files come to be saved: editors, links, folders, many saves at once."""
import os
import shutil

from programs import SIMPLE, body, checked, looping

AT_MOST = body("step", "main")  # where a text may be seen before it is whole
RULES = "pub fn value() -> u64 {\n    21\n}\n"
MODULE = looping("mod rules { pub mod inner; }\nfn step(n: &mut u64) -> u64 {\n    *n += 1;\n    rules::inner::value()\n}")


def twice_at_once(watched, files):
    """Two saves with nothing in between: whatever is told, the last one must come to run."""
    path = os.path.join(watched.folder, "main.rs")
    for value in ("+ 12", "+ 13"):
        with open(path, "w") as file:
            file.write(files["main.rs"].replace("+ 11", value))
    files["main.rs"] = files["main.rs"].replace("+ 11", "+ 13")


def burst(watched, files):
    path = os.path.join(watched.folder, "main.rs")
    for value in range(100, 200):
        with open(path + ".new", "w") as file:
            file.write(files["main.rs"].replace("+ 11", f"+ {value}"))
        os.rename(path + ".new", path)
    files["main.rs"] = files["main.rs"].replace("+ 11", "+ 199")


def two_files_at_once(watched, files):
    for name, old, new in (("main.rs", "value()", "value(2)"), ("rules/inner.rs", "value()", "value(a: u64)")):
        files[name] = files[name].replace(old, new)
        with open(os.path.join(watched.folder, name), "w") as file:
            file.write(files[name])


def delete(watched, files):
    os.unlink(os.path.join(watched.folder, "main.rs"))


def delete_module(watched, files):
    os.unlink(os.path.join(watched.folder, "rules/inner.rs"))


def touch(watched, files):
    os.utime(os.path.join(watched.folder, "main.rs"))


def write_other_file(watched, files):
    with open(os.path.join(watched.folder, "notes.txt"), "w") as file:
        file.write("not the program's\n")


def replace_folder(watched, files):
    """As git does between branches: the folder goes and comes back with other contents."""
    folder = os.path.join(watched.folder, "rules")
    os.rename(folder, folder + ".old")
    os.mkdir(folder)
    files["rules/inner.rs"] = RULES.replace("21", "22")
    with open(os.path.join(folder, "inner.rs"), "w") as file:
        file.write(files["rules/inner.rs"])
    shutil.rmtree(folder + ".old")


def lead_link_elsewhere(watched, files):
    path = os.path.join(watched.folder, "main.rs")
    target = os.path.join(watched.folder, "other.rs")
    files["main.rs"] = files["main.rs"].replace("+ 12", "+ 13")
    with open(target, "w") as file:
        file.write(files["main.rs"])
    os.symlink(target, path + ".new")
    os.rename(path + ".new", path)


def write_new_target(watched, files):
    files["main.rs"] = files["main.rs"].replace("+ 13", "+ 14")
    with open(os.path.join(watched.folder, "other.rs"), "w") as file:
        file.write(files["main.rs"])


def simple(**step):
    return {"main": looping(SIMPLE), "prints": ": 11$", "steps": [step]}


SESSIONS = {
    "by rename": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "rename", "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "how": "rename", "patched": "step", "ran": body("step"), "prints": ": 13$"},
        ],
    },
    "by a backup and a new file": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "backup", "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "how": "backup", "patched": "step", "ran": body("step"), "prints": ": 13$"},
        ],
    },
    "by deleting and making again": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "recreate", "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "how": "recreate", "patched": "step", "ran": body("step"), "prints": ": 13$"},
        ],
    },
    "in two halves": simple(edits=[("+ 11", "+ 12")], how="halves", events=["errors?", "reloaded"], within=AT_MOST,
                             prints=": 12$"),
    "in two slow halves": simple(edits=[("+ 11", "+ 12")], how="slow halves", patched="step",
                                  ran=body("step", "main"), prints=": 12$"),
    "by emptying and writing": simple(edits=[("+ 11", "+ 12")], how="truncate", events=["errors?", "reloaded"],
                                      within=AT_MOST, prints=": 12$"),
    "by a writer that keeps the file open": simple(edits=[("+ 11", "+ 12")], how="open", patched="step", ran=body("step"),
                                                    prints=": 12$"),
    "through a symbolic link": {
        "main": looping(SIMPLE),
        "how": "link",
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "link", "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"does": lead_link_elsewhere, "patched": "step", "ran": body("step"), "prints": ": 13$"},
            {"does": write_new_target, "patched": "step", "ran": body("step"), "prints": ": 14$"},
        ],
    },
    "twice within a millisecond": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"does": twice_at_once, "events": [], "within": body("step"), "prints": ": 13$"},
            {"edits": [("+ 13", "+ 14")], "events": [], "within": body("step"), "prints": ": 14$"},
        ],
    },
    "a hundred times in a burst": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"does": burst, "events": [], "within": body("step"), "prints": ": 199$"},
            {"edits": [("+ 199", "+ 14")], "events": [], "within": body("step"), "prints": ": 14$"},
        ],
    },
    "two files at once": {
        "main": MODULE,
        "files": {"rules/inner.rs": RULES},
        "prints": ": 21$",
        "steps": [
            {"does": two_files_at_once, "events": ["errors?", "reloaded"],
             "within": body("rules::inner::value", "step"), "prints": ": 21$"},
            {"file": "rules/inner.rs", "edits": [("21", "a + 21")], "patched": "rules::inner::value",
             "ran": body("rules::inner::value"), "prints": ": 23$"},
        ],
    },
    "a file that is deleted": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"does": delete, "events": ["unreadable"], "ran": "", "prints": ": 11$"},
            {"edits": [("+ 11", "+ 12")], "patched": "step", "ran": body("step"), "prints": ": 12$"},
        ],
    },
    "a module's file that is deleted, and made again": {
        "main": MODULE,
        "files": {"rules/inner.rs": RULES},
        "prints": ": 21$",
        "steps": [
            {"does": delete_module, "events": ["errors"], "has": "error[E0583]", "prints": ": 21$"},
            {"file": "rules/inner.rs", "edits": [("21", "22")], "patched": "rules::inner::value",
             "ran": body("rules::inner::value", "step"), "prints": ": 22$"},
            {"does": delete_module, "events": ["errors"], "has": "error[E0583]"},
            {"file": "rules/inner.rs", "edits": [], "events": ["mended"], "prints": ": 22$"},
            {"does": delete_module, "events": ["errors"], "has": "error[E0583]"},
            # It is still missed when another file is saved.
            {"edits": [("inner::value()", "inner::value() + 100")], "events": ["errors"], "has": "error[E0583]"},
            {"file": "rules/inner.rs", "edits": [("22", "23")], "patched": "step; rules::inner::value", "prints": ": 123$"},
            {"does": delete_module, "events": ["errors"], "has": "error[E0583]"},
            {"edits": [("mod rules { pub mod inner; }\n", ""), ("rules::inner::value() + 100", "4")], "patched": "step",
             "prints": ": 4$"},
        ],
    },
    "a file that is included, deleted and made again": {
        "main": looping("fn step(n: &mut u64) -> &'static str {\n    *n += 1;\n    include_str!(\"words.txt\").trim()\n}"),
        "files": {"words.txt": "one\n"},
        "prints": ": one$",
        "steps": [
            {"does": lambda watched, files: os.unlink(os.path.join(watched.folder, "words.txt")), "events": ["errors"],
             "has": "words.txt", "prints": ": one$"},
            {"file": "words.txt", "edits": [("one", "two")], "patched": "step", "ran": body("step"), "prints": ": two$"},
        ],
    },
    "a folder that is replaced": {
        "main": MODULE,
        "files": {"rules/inner.rs": RULES},
        "prints": ": 21$",
        "steps": [
            {"does": replace_folder, "events": ["errors?", "reloaded"], "within": body("rules::inner::value"), "prints": ": 22$"},
            {"file": "rules/inner.rs", "edits": [("22", "23")], "patched": "rules::inner::value",
             "ran": body("rules::inner::value"), "prints": ": 23$"},
        ],
    },
    "nothing new, and files of others": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"does": touch, "events": [], "prints": ": 11$"},
            {"does": write_other_file, "events": [], "prints": ": 11$"},
            {"edits": [], "events": [], "prints": ": 11$"},
            {"edits": [("+ 11", "+ 12")], "events": ["errors?", "reloaded"], "patched": "step", "ran": body("step"),
             "prints": ": 12$"},
        ],
    },
    "a file that is no text": {
        "main": MODULE,
        "files": {"rules/inner.rs": RULES},
        "prints": ": 21$",
        "steps": [
            {"does": lambda watched, files: open(os.path.join(watched.folder, "rules/inner.rs"), "wb").write(b"\xff\xfe"),
             "events": ["unreadable"], "has": "UTF-8", "ran": "", "prints": ": 21$"},
            {"file": "rules/inner.rs", "edits": [("21", "22")], "patched": "rules::inner::value",
             "ran": body("rules::inner::value"), "prints": ": 22$"},
        ],
    },
    "a program that is wrong at the start": {
        "main": looping(SIMPLE).replace("+ 11", "+ 11 +"),
        "first": "errors",
        "steps": [{"edits": [("+ 11 +", "+ 11")], "events": ["started"], "ran": checked("step"), "prints": ": 11$"}],
    },
}
