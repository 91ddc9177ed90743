"""OpenVINO, which is to tell nobody that it is used.

When it is imported it reports that to Google Analytics, and writes an identifier into the home folder, wherever its
package ``openvino_telemetry`` can be imported. Where that cannot, it does neither, and works the same.
"""

import sys

_TELEMETRY = "openvino_telemetry"

_known = sys.modules.get(_TELEMETRY)
sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # the way to say that a module cannot be imported
try:
    import openvino
    from openvino import InferRequest
    from openvino import opset13 as ops
finally:
    if _known is None:
        del sys.modules[_TELEMETRY]
    else:
        sys.modules[_TELEMETRY] = _known

__all__ = ["InferRequest", "openvino", "ops"]
