"""PAdES (EN 319 142-1): intake of PDFs, signature fields, document security store, document time-stamps, visible card.

pyHanko reads and writes the PDF; the CMS inside is ours.
"""

from pyhanko.pdf_utils.misc import PdfError

# Everything that reading a hostile PDF can raise: the library's own errors and those of its object model.
PDF_FAULTS = (
    PdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
    OSError,
)
