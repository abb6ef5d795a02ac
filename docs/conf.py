"""How Sphinx builds the documentation: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1]))

from core.version import __version__

project = "BabelMQ"
author = "The BabelMQ maintainers"
project_copyright = author
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
]

# Sections that a program writes keep their level, whatever page they are put on. And a class that
# is documented under its public name is found under its module's name too.
suppress_warnings = ["myst.header", "ref.python"]
myst_enable_extensions = ["alert", "attrs_inline", "colon_fence", "html_image"]
myst_heading_anchors = 3
# Commands are copied without the prompt and what they print.
copybutton_prompt_text = r"\$ |>>> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = False

# Pages that stand beside what they describe, and the page here that includes each.
INCLUDED = {
    "../clients/node/README.md": "node.md",
    "../clients/go/README.md": "go.md",
    "../benchmarks/README.md": "benchmarks.md",
    "../examples/transport-plugin": "transport-plugin.md",
}

# Docstrings are reST with field lists; single backquotes name objects.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
add_module_names = False


html_theme = "furo"
html_title = "BabelMQ"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "sidebar_hide_name": False,
    "navigation_with_keys": True,
    "light_css_variables": {
        "color-brand-primary": "#1d55ad",
        "color-brand-content": "#1d55ad",
    },
    "dark_css_variables": {
        "color-brand-primary": "#79aaff",
        "color-brand-content": "#79aaff",
    },
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def link_to_included_pages(app: Sphinx, name: str, source: list[str]) -> None:
    """In the repository links lead to the files themselves, here to the pages made of them."""
    for path, page in INCLUDED.items():
        source[0] = source[0].replace(f"]({path})", f"]({page})")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", link_to_included_pages)
