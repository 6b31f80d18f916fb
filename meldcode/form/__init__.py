"""Forms: form-js JSON from the editor → questions as plain accessible HTML, checked by the server."""

from meldcode.form.checking import Checked
from meldcode.form.form import Form, FormError
from meldcode.form.parts import Field, Group, Json, Option, Rows
from meldcode.form.posting import Edit
from meldcode.form.reading import read_form

__all__ = [
    "Checked",
    "Edit",
    "Field",
    "Form",
    "FormError",
    "Group",
    "Json",
    "Option",
    "Rows",
    "read_form",
]
