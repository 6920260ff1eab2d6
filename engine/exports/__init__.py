"""What leaves the system: the ``batch_report``, its table by ``export``, and training material by ``coco``.

``redaction`` keeps off pictures what nobody outside may know.
"""
