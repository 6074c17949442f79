"""The tables that every build gets besides the datasets: what was received, and the parameters of the build.

Belongs here: names and types of dbt source `lake`. Does not belong here: deciding what is loaded.
"""

import pyarrow as pa

BUILD_TABLES: dict[str, pa.Schema] = {
    # One row: the parameters of this build. No model reads a clock.
    "build_parameters": pa.schema(
        [
            pa.field("as_of_on", pa.date32(), nullable=False),
            pa.field("known_on", pa.date32()),  # null = everything received
            pa.field("regime_code", pa.string(), nullable=False),
        ]
    ),
    # One row per file received on or before known_on (marts.md, quality.fct_loads).
    "loads": pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("dataset", pa.string(), nullable=False),
            pa.field("received_on", pa.date32(), nullable=False),
            pa.field("file_name", pa.string(), nullable=False),
            pa.field("file_hash", pa.string(), nullable=False),
            pa.field("status", pa.string(), nullable=False),  # loaded, duplicate, held, replaced
            pa.field("reason_code", pa.string()),
            pa.field("message", pa.string()),  # names sheet, row, header and remedy; never a cell of a personal column
            pa.field("read_count", pa.int64(), nullable=False),
            pa.field("accepted_count", pa.int64(), nullable=False),
            pa.field("quarantined_count", pa.int64(), nullable=False),
            pa.field("duplicate_count", pa.int64(), nullable=False),
            pa.field("list_as_of_on", pa.date32()),  # 截至 in the title of a directory list
            pa.field("hidden_sheet_count", pa.int64()),
            pa.field("drop_accepted_on", pa.date32()),  # as_of_on of the build that was given --accept-drop
        ]
    ),
    # One row per quarantined row of a loaded file. Never a cell's value.
    "quarantined_rows": pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("dataset", pa.string(), nullable=False),
            pa.field("received_on", pa.date32(), nullable=False),
            pa.field("file_name", pa.string(), nullable=False),
            pa.field("file_hash", pa.string(), nullable=False),
            pa.field("sheet", pa.string()),
            pa.field("row_number", pa.int32(), nullable=False),
            pa.field("reason_code", pa.string(), nullable=False),
            pa.field("header", pa.string()),  # the column that failed
            pa.field("file_position", pa.int32(), nullable=False),  # 1-based order in the file, over all sheets
            # md5 of the row_key that the row would have; null where a cell of the key cannot be read
            pa.field("row_key_hash", pa.string()),
            # whether another file of the drop corrects it (`drop_rows.find_corrected`)
            pa.field("is_corrected", pa.bool_(), nullable=False),
        ]
    ),
    # One row per agency, person or object named by a quarantined row of a loaded file, and naming column.
    "quarantined_names": pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("dataset", pa.string(), nullable=False),
            pa.field("received_on", pa.date32(), nullable=False),
            pa.field("file_hash", pa.string(), nullable=False),
            pa.field("file_position", pa.int32(), nullable=False),
            pa.field("column_name", pa.string(), nullable=False),  # the lake's column; for a person its prefix
            # exactly one of the next three is set
            pa.field("agency_id", pa.string()),
            pa.field("person_key", pa.string()),
            # md5 of an agency's name, of a kind of number and the number, or of an object's id
            pa.field("name_hash", pa.string()),
        ]
    ),
    # One row per code of a loaded file that earlier releases kept in another form: their ids derive from that form.
    "former_codes": pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("dataset", pa.string(), nullable=False),
            pa.field("code", pa.string(), nullable=False),  # canonical
            pa.field("former_code", pa.string(), nullable=False),
        ]
    ),
    # One row per frozen list: a measure at the end of a quarter or year, from what was known on that day.
    "frozen_lists": pa.schema(
        [
            pa.field("list_code", pa.string(), nullable=False),  # the measure: publish, circular
            pa.field("period", pa.string(), nullable=False),  # 2024Q3, 2024
            pa.field("as_of_on", pa.date32(), nullable=False),
            pa.field("known_on", pa.date32(), nullable=False),
            pa.field("rulebook_id", pa.string(), nullable=False),
            pa.field("is_provisional", pa.bool_(), nullable=False),
            pa.field("member_count", pa.int64(), nullable=False),
            pa.field("members_hash", pa.string(), nullable=False),  # of the list's rows alone
            pa.field("content_hash", pa.string(), nullable=False),  # of previous_hash and members_hash
            pa.field("previous_hash", pa.string()),  # content_hash of the list before; null for the first
        ]
    ),
    # One row per frozen list and agency on it. Public columns only.
    "frozen_list_members": pa.schema(
        [
            pa.field("list_code", pa.string(), nullable=False),
            pa.field("period", pa.string(), nullable=False),
            pa.field("agency_id", pa.string(), nullable=False),
            pa.field("agency_name", pa.string()),
            pa.field("score", pa.decimal128(9, 2)),
            pa.field("grade", pa.string()),
            pa.field("is_provisional", pa.bool_(), nullable=False),
        ]
    ),
}
