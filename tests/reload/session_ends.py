"""Programs that end or crash: how it is told, and that the next save starts them again."""


def ending(how, line="here"):
    return f'use std::io::Write;\n\nfn main() {{\n    println!("0: {line}");\n    std::io::stdout().flush().unwrap();\n    {how}\n}}\n'


def session(how, has):
    return {
        "main": ending(how),
        "prints": ": here$",
        "steps": [
            {"events": ["ended"], "has": has},
            {"edits": [("here", "there")], "events": ["started", "ended"], "has": has, "restarts": True,
             "prints": ": there$"},
            {"edits": [("println", "println?")], "events": ["errors"]},
            {"edits": [("println?", "println"), ("there", "again")], "events": ["started", "ended"], "restarts": True,
             "prints": ": again$"},
        ],
    }


OVERFLOW = "fn deep(n: u64) -> u64 { let pad = [n; 64]; if n == u64::MAX { 0 } else { deep(n + 1) + pad[3] } } println!(\"{}\", deep(0));"

SESSIONS = {
    "returning from main": session("", '"status": 0'),
    "exit(3)": session("std::process::exit(3);", '"status": 3'),
    "a panic": session("panic!(\"no more\");", '"status": 101'),
    "abort": session("std::process::abort();", '"signal": 6'),
    "a wild pointer": session("unsafe { *(8 as *mut u8) = 1 };", '"signal": 11'),
    "a stack overflow": session(OVERFLOW, '"signal": 6'),
    "a panic of another thread does not end it": {
        "main": ending("loop {\n        let _ = std::thread::spawn(|| panic!(\"only me\")).join();\n        println!(\"1: on\");\n        std::thread::sleep(std::time::Duration::from_millis(5));\n    }"),
        "prints": ": on$",
        "steps": [],
    },
    "an error that main returns": session("", '"status": 1') | {
        "main": "fn main() -> Result<(), String> {\n    println!(\"0: here\");\n    Err(String::from(\"done\"))\n}\n"},
    "a program that ends while an edit is wrong": {
        "main": "use std::io::Read;\n\nfn main() {\n    println!(\"0: a\");\n    while !std::path::Path::new(FLAG).exists() {\n        std::thread::sleep(std::time::Duration::from_millis(5));\n    }\n    let _ = std::io::stdin().bytes();\n}\nconst FLAG: &str = concat!(file!(), \".flag\");\n",
        "prints": ": a$",
        "steps": [
            {"edits": [("0: a", "0: b"), ("let _", "let _ oops")], "events": ["errors"]},
            {"does": lambda watched, files: open(watched.folder + "/main.rs.flag", "w").close(), "events": ["ended"],
             "has": '"status": 0'},
            {"edits": [("let _ oops", "let _")], "events": ["started", "ended"], "restarts": True, "prints": ": b$"},
        ],
    },
}
