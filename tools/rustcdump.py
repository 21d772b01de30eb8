"""rustc's dump attributes, read back: `#[rustc_dump_layout(debug)]`, `#[rustc_abi(debug)]`.

rustc reports what such an attribute asks for as an error at the item. The text is Rust's own
`{:#?}` of its structures; here it becomes trees of Node, lists, numbers and Range.
"""
import json
import os
import re
import subprocess

TOKEN = re.compile(r"\s*(\(\.\.=\d+\) \| \(\d+\.\.\)|\d+\.\.=\d+|-?\d+ bytes|-?\d+|\"[^\"]*\""
                   r"|[A-Za-z_][A-Za-z0-9_]*(?:(?:::| \| )[A-Za-z0-9_]+)*|[\[\](){},:])")


class Node:
    """Name { field: value } or Name(value, ..)."""

    def __init__(self, name):
        self.name = name
        self.fields = {}
        self.items = []

    def __getitem__(self, key):
        return self.fields[key] if isinstance(key, str) else self.items[key]


class Range:
    def __init__(self, start, end):
        self.start, self.end = start, end


def is_type(text):
    """Debug prints types as themselves; they are skipped, not read."""
    return text.startswith("ty: ")


class Reader:
    def __init__(self, text):
        # `ty: ..,` of TyAndLayout is one line of free text.
        text = re.sub(r"^(\s*)ty: (.*),$", r"\1ty: 0,", text, flags=re.M)
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def sequence(self, close):
        items = []
        while self.peek() != close:
            items.append(self.value())
            if self.peek() == ",":
                self.next()
        self.next()
        return items

    def value(self):
        token = self.next()
        if token == "[":
            return self.sequence("]")
        if token[0].isdigit() or token[0] == "-":
            if "..=" in token:
                return Range(*map(int, token.split("..=")))
            return int(token.split()[0])
        match = re.match(r"\(\.\.=(\d+)\) \| \((\d+)\.\.\)", token)
        if match:
            return Range(int(match.group(2)), int(match.group(1)))
        if token[0] == '"':
            return token
        node = Node(token)
        if self.peek() == "(":
            self.next()
            node.items = self.sequence(")")
        elif self.peek() == "{":
            self.next()
            while self.peek() != "}":
                key = self.next()
                assert self.next() == ":", key
                node.fields[key] = self.value()
                if self.peek() == ",":
                    self.next()
            self.next()
        return node


def vtable_line(text):
    """`vtable entries: [..]` as `rac dump layout` prints it."""
    line = "slots"
    for row in text.split("\n")[1:-1]:
        row = row.strip().rstrip(",")
        method = re.match(r"Method\(.*::(\w+)(<.*>)?( - shim.*)?\)$", row)
        vptr = re.match(r"TraitVPtr\(<.* as (?:\w+::)*(\w+)(<.*>)?>\)$", row)
        line += (f" {method.group(1)}()" if method else f" -> {vptr.group(1)}" if vptr else
                 {"MetadataDropInPlace": " drop", "MetadataSize": " size", "MetadataAlign": " align",
                  "Vacant": " vacant"}[row])
    return line


def dumps(rustc, source, edition="2021"):
    """What rustc answers for the file's dump attributes: {line of the item: text}, and its other
    errors as a list."""
    done = subprocess.run([rustc, "--edition", edition, "--error-format=json", "--emit=metadata",
                           "-o", os.devnull, "-Awarnings", source],
                          capture_output=True, text=True,
                          env=dict(os.environ, RUSTC_BOOTSTRAP="1"))
    found, errors = {}, []
    for line in done.stderr.split("\n"):
        if not line.startswith("{"):
            continue
        row = json.loads(line)
        if row.get("level") != "error" or not row.get("spans"):
            continue
        if re.match(r"(layout_of|fn_abi_of)\(|vtable entries: ", row["message"]):
            found[row["spans"][0]["line_start"]] = row["message"]
        else:
            errors.append(f"{row['spans'][0]['line_start']}: {row['message']}")
    return found, errors


def tree(text):
    """The structure after `layout_of(..) = `."""
    start = re.search(r"\) = (?=(Layout|FnAbi) \{\n)", text).end()
    return Reader(text[start:]).value()


def scalar(node):
    """As `rac dump` prints one."""
    value = node["value"]
    if value.name == "Pointer":
        text = "ptr"
    elif value.name == "Int":
        text = ("i" if value[1].name == "true" else "u") + value[0].name[1:]
    else:
        text = "f" + value[0].name[1:]
    if node.name == "Union":
        return f"{text} maybe"
    valid = node["valid_range"]
    return f"{text} {valid.start}..={valid.end}"


def size(node):
    return node[0]


def offsets(layout):
    fields = layout["fields"]
    if fields.name != "Arbitrary":
        return ""
    return "".join(f" {size(offset)}" for offset in fields["offsets"])


def layout_lines(layout):
    """A Layout as `rac dump layout` prints it, without the line with the name."""
    repr_ = layout["backend_repr"]
    if repr_.name == "Memory":
        shown = "memory" if repr_["sized"].name == "true" else "unsized"
    elif repr_.name == "SimdVector":
        shown = "simd " + scalar(repr_["element"])
    else:
        shown = ", ".join(map(scalar, repr_.items))
    inhabited = " uninhabited" if layout["uninhabited"].name == "true" else ""
    lines = [f"size {size(layout['size'])} align {size(layout['align']['abi'])} {shown}{inhabited}"]
    niche = layout["largest_niche"]
    if niche.name == "Some":
        lines.append(f"niche at {size(niche[0]['offset'])}: {scalar(niche[0])}")
    variants = layout["variants"]
    if variants.name == "Empty":
        lines.append("no variants")
    elif variants.name == "Single":
        lines.append(f"variant {variants['index']} fields{offsets(layout)}")
    else:
        tag = f"tag at{offsets(layout)}: {scalar(variants['tag'])}"
        encoding = variants["tag_encoding"]
        if encoding.name == "Niche":
            of = encoding["niche_variants"]
            tag += (f"; not of variant {encoding['untagged_variant']}, of {of.start}..={of.end} "
                    f"from {encoding['niche_start']}")
        lines.append(tag)
        for index, variant in enumerate(variants["variants"]):
            inhabited = " uninhabited" if variant["uninhabited"].name == "true" else ""
            lines.append(f"variant {index} size {size(variant['size'])}{inhabited} fields"
                         f"{offsets(variant)}")
    return lines


def rac_dump(rac, stage, source, edition="2021"):
    """{name: (first line, the other lines)} of `rac dump STAGE`, its status and its stderr."""
    done = subprocess.run([rac, "dump", stage, "--edition", edition, source], capture_output=True,
                          text=True)
    found, name = {}, None
    for line in done.stdout.split("\n"):
        if not line:
            continue
        if line[0] != " ":
            name = line.split(" ")[0]
            found[name] = (line, [])
        else:
            found[name][1].append(line.strip())
    return found, done.returncode, done.stderr
