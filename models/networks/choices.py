"""What there is to choose of a network: which one, and how much of it learns. Words alone, no network here."""

from __future__ import annotations

from enum import StrEnum


class Architecture(StrEnum):
    """The networks of the thesis, by the backbone they stand on."""

    VGG16 = "vgg16"
    INCEPTION_V3 = "inceptionv3"


class Trained(StrEnum):
    """How much of a network learns; everything below it is computed once for each picture and stays as it is."""

    HEADS = "heads"
    LAST_BLOCK = "last-block"
    LAST_TWO_BLOCKS = "last-two-blocks"
    ALL = "all"
