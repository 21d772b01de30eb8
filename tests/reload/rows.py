"""Which sessions stand for which kind of edit. Each step of theirs says which queries ran, which slots were patched and
what the program printed; a step that does not say that the program was started again says that it kept its state."""

ROWS = {
    "the body of a function": ["edits: a function's body", "items: a file of a module"],
    "the body of a generic function": ["edits: the body of a generic function, two instances",
                                       "edits: the body of a generic function, fifty instances",
                                       "edits: every live instance of a method in a generic impl"],
    "the body of a closure": ["edits: a closure's body", "items: closures made before an edit keep what they captured",
                              "items: closures made before an edit, when one comes before them",
                              "items: closures made before an edit, when other variables are captured"],
    "a method in the impl of a trait": ["edits: a method in an impl of a trait, called through dyn",
                                        "items: a trait without objects"],
    "a constant": ["edits: constants", "edits: a constant that lengths and types are made of",
                   "edits: a constant that cannot be evaluated, then mended"],
    "a static's initialiser": ["edits: a static keeps its value", "edits: statics of every kind keep their values"],
    "a static's type": ["edits: a static whose type changes"],
    "the global allocator": ["edits: a global allocator comes and goes",
                             "edits: a global allocator that goes, keeping the old code"],
    "a new function": ["items: a new function", "items: a function that nothing calls yet"],
    "a new module": ["items: a new module"],
    "a new file": ["items: a new file, named before it is made", "items: a new file in a folder that is not there yet",
                   "items: a new file, made before it is named"],
    "a changed signature": ["items: a changed signature with callers", "items: a changed signature with ten callers",
                            "items: a changed signature whose callers are wrong",
                            "items: a change that takes two files",
                            "frames: code whose signature changes before its first call",
                            "items: pointers to a function whose signature changes keep the old one"],
    "a changed type": ["items: a changed type", "items: a changed type, keeping the old code",
                       "items: types of every kind", "items: a type that is new, and then changes"],
    "an impl that is added": ["items: an impl that is added", "items: impls that come before others",
                              "items: a method that hides a trait's"],
    "an impl that is removed": ["items: an impl that is removed", "items: Drop is edited, removed and added"],
    "a changed trait": ["items: a trait's default method, overridden later",
                        "items: a method added to a trait with live objects", "items: a trait without objects"],
    "a changed macro": ["edits: macros"],
    "comments and white space only": ["edits: comments and white space only",
                                      "edits: lines that move are told right, and nothing is compiled",
                                      "edits: an item that is moved"],
    "an edit that breaks the program": ["edits: an error, then mended", "edits: an error, then the text before"],
    "going back to the original text": ["edits: going back to the original text"],
    "two edits within a millisecond": ["saves: twice within a millisecond", "saves: a hundred times in a burst"],
    "a file of a nested module": ["items: a file of a module", "saves: two files at once",
                                  "saves: a folder that is replaced"],
    "an editor that saves by rename": ["saves: by rename", "saves: by a backup and a new file"],
    "an editor that truncates and writes": ["saves: by emptying and writing", "saves: in two halves",
                                            "saves: in two slow halves", "saves: by a writer that keeps the file open"],
    "an editor that writes through a symbolic link": ["saves: through a symbolic link"],
    "a file that is deleted and made again": ["saves: a file that is deleted", "saves: by deleting and making again"],
    "many threads inside the function": ["frames: many threads inside the function that is replaced",
                                         "frames: threads that wait inside the function that is replaced"],
    "a function that runs for ever": ["frames: a function that runs for ever while its callees change"],
    "recursion across versions": ["frames: recursion across versions"],
    "a panic through old and new frames": ["frames: a panic through old and new frames"],
    "statics and thread-locals": ["edits: statics and thread-locals keep address and value"],
    "a thousand edits": ["memory: a thousand bodies"],
}


def needed(step):
    kinds = step.get("events", ["reloaded"])
    if not kinds and "prints" not in step:
        return []  # a file that nothing names yet
    if "each" in step:
        return []
    if not kinds or any(kind.endswith("?") for kind in kinds):
        return ["within"]
    return ["ran", "patched"] if kinds[-1] in ("reloaded", "no-change", "static-kept") else ["ran"]


def missing(sessions):
    """What the rows promise and the sessions do not say."""
    for row, names in ROWS.items():
        for name in names:
            for number, step in enumerate(sessions[name]["steps"], 1):
                for key in needed(step):
                    if key not in step:
                        yield f"{row}: `{name}`, step {number} does not say `{key}`"
