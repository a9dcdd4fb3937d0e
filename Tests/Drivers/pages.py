#!/usr/bin/env python3
"""The command's pages, before they are part of it: HTML, JavaScript and CSS that the tools for these languages
accept. Tests/Drivers/explorer.py and profile.py try the pages in a browser."""
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting

count = counting.Count()
#: Tools from PyPI, which .ci/install-dependencies installs.
environment = pathlib.Path(".lint-venv")


def tool(name):
    own = environment / "bin" / name
    return str(own) if own.exists() else shutil.which(name)


class Tags(html.parser.HTMLParser):
    """Elements with an end tag, and the ids and classes of the template."""
    VOID = {"meta", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.mistakes = [], [], []

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> at {self.getpos()}")


def check_page(folder, name, scripts, placeholders):
    """Checks the files of a page: NAME.html, NAME.css and the scripts, which the page has as one."""
    folder = pathlib.Path("Sources/pulley-cli") / folder
    template = (folder / f"{name}.html").read_text()
    style = (folder / f"{name}.css").read_text()
    scripts = [folder / path for path in scripts]
    script = pathlib.Path(f"build/test-logs/{name}.js")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("".join(path.read_text() for path in scripts))

    # JavaScript

    count.equal("each script is a file of the page",
                sorted(path.name for path in folder.glob("*.js")), sorted(path.name for path in scripts))
    if node := tool("node"):
        run = subprocess.run([node, "--check", script], capture_output=True, text=True)
        count.equal("node accepts the script", run.returncode, 0, run.stderr)
    else:
        counting.left_out("the script's syntax: node is not installed")
    if oxlint := tool("oxlint"):
        run = subprocess.run([oxlint, "--deny-warnings", "-D", "correctness", "-D", "suspicious", "-D", "perf",
                              "--format", "unix", script], capture_output=True, text=True)
        count.equal("oxlint has no complaint about the script", run.returncode, 0, run.stdout + run.stderr)
    else:
        counting.left_out("the linter for the script: oxlint is not installed")

    # HTML

    tags = Tags()
    tags.feed(template)
    count.equal("each element of the template ends", (tags.open, tags.mistakes), ([], []))
    count.equal("each id of the template is there once", len(tags.ids), len(set(tags.ids)))
    count.equal("the template has each placeholder", sorted(set(re.findall(r"\{\{(\w*)\}\}", template))),
                placeholders)
    text = script.read_text()
    for name in sorted(set(re.findall(r'getElementById\("(\w+)"\)', text))):
        # The functions' data has its own names: "f" and a number.
        count.check(f"the template has the element {name} that the script asks for", name in tags.ids)

    # CSS

    try:
        sys.path += [str(path) for path in environment.glob("lib/python3*/site-packages")]
        import tinycss2
    except ImportError:
        counting.left_out("the style: tinycss2 is not installed")
    else:
        properties, used = set(), set()

        def errors(nodes):
            return [f"line {node.source_line}: {node.message}" for node in nodes if node.type == "error"]

        def check_rules(rules):
            mistakes = errors(rules)
            for rule in rules:
                if rule.type == "at-rule" and rule.at_keyword == "media":
                    mistakes += check_rules(tinycss2.parse_rule_list(
                        rule.content, skip_comments=True, skip_whitespace=True))
                elif rule.type == "qualified-rule":
                    body = tinycss2.parse_blocks_contents(
                        rule.content, skip_comments=True, skip_whitespace=True)
                    mistakes += errors(body)
                    seen = set()
                    for item in body:
                        if item.type == "declaration":
                            if item.name in seen:
                                mistakes.append(f"line {item.source_line}: {item.name} is declared twice")
                            seen.add(item.name)
                            properties.update({item.name} if item.name.startswith("--") else ())
                            used.update(re.findall(r"var\((--[\w-]+)", tinycss2.serialize(item.value)))
                            if not item.value:
                                mistakes.append(f"line {item.source_line}: {item.name} has no value")
                elif rule.type == "at-rule":
                    mistakes.append(f"line {rule.source_line}: @{rule.at_keyword} is not checked here")
            return mistakes

        mistakes = check_rules(tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True))
        count.equal("the style has no mistakes", mistakes, [])
        set_by_script = set(re.findall(r'setProperty\("(--[\w-]+)"', text))
        count.equal("each variable that the style uses has a value", sorted(used - properties - set_by_script), [])
        count.equal("each variable of the style is used", sorted(properties - used), [])
        known = set(re.findall(r'"([^"\s]*(?:\s[^"\s]*)*)"', text + template))
        words = set(re.findall(r"[\w-]+", " ".join(known) + " " + text))
        for name in sorted(set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", style)))):
            count.check(f"the class {name} of the style is one that the page has", name in words)


check_page("Explorer/Page", "page", ["page.js", "function.js"], ["functions", "index", "script", "style", "title"])
check_page("Measuring/Page", "flame", ["flame.js"], ["data", "script", "style", "title"])
count.finish()
