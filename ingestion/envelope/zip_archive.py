"""Checks that a zip is what its directory says: parts do not overlap, and unpack to their declared size within the limits.

Belongs here: the directory of a zip and the bytes of a part. Does not belong here: what the parts mean.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import CHUNK, MAX_ENTRIES, check_ratio
from ingestion.envelope.refusals import Held, cut_off, refused_archive


def parts_of(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """The parts of a zip as its directory lists them. Raises Held if the directory is damaged or too long."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise cut_off() from error
    if len(entries) > MAX_ENTRIES:
        raise refused_archive(
            Bilingual(
                f"内部有 {len(entries)} 个部分，超过 {MAX_ENTRIES} 个",
                f"it has {len(entries)} parts, more than {MAX_ENTRIES}",
            )
        )
    return entries


def check_directory(file: BinaryIO, entries: list[zipfile.ZipInfo], packed_size: int) -> None:
    """Raises Held if the directory is impossible, or declares more than the limits.

    `packed_size`: size of the file as received, which limits how much it may unpack to.
    """
    declared = sum(entry.file_size for entry in entries)
    check_ratio(declared, packed_size)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Held(
            "unreadable",
            Bilingual("工作簿已加密，请去掉密码后另存。", "the workbook is encrypted. Save it without a password."),
        )
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise refused_archive(
            Bilingual("用了工作簿不用的压缩方法", "it uses a compression method that workbooks do not use")
        )
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise refused_archive(Bilingual("各部分互相重叠", "its parts overlap"))
        end = entry.header_offset + 30 + entry.compress_size
    if end > file.seek(0, os.SEEK_END):
        raise cut_off()


def inflated(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's unpacked bytes, checked against their declared size and checksum."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise cut_off()
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(name_length + extra_length, os.SEEK_CUR)
    left = entry.compress_size
    size = checksum = 0
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    try:
        while left > 0 or (inflate and inflate.unconsumed_tail):
            pending = inflate.unconsumed_tail if inflate else b""
            if not pending:
                pending = file.read(min(CHUNK, left))
                if not pending:
                    raise cut_off()
                left -= len(pending)
            data = inflate.decompress(pending, CHUNK) if inflate else pending
            if data:
                size += len(data)
                checksum = zlib.crc32(data, checksum)
                yield data
            if inflate and inflate.eof:
                break
    except zlib.error as error:
        raise cut_off() from error
    if inflate and not inflate.eof:
        raise cut_off()
    if size != entry.file_size:
        raise refused_archive(Bilingual("有一部分与其声明的大小不符", "a part does not have the size that it declares"))
    if checksum != entry.CRC:
        raise cut_off()
