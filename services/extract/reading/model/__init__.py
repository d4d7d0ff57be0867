"""The learnt reader: one small encoder with heads, run with ONNX Runtime."""
