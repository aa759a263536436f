"""One lock for PDFium, which is not safe to call from two threads of a process at once.

Drawing checks and previews (kiosk.certificate) and rasterizing (kiosk.printing) do not know each
other, so the lock lies below both. Source: pypdfium2's README, "Thread incompatibility".
"""

from __future__ import annotations

import threading

#: Hold it from opening a document to closing it. Re-entrant, so that helpers may take it again.
PDFIUM_LOCK = threading.RLock()
