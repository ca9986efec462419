"""Queries of local indexes that ask for whole rows: the emulator answers with what the index has.

DynamoDB reads the rest from the table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.Projections
"""

from .authorization import current_request


def install(dynamodb):
    project = dynamodb._apply_index_projection

    def project_or_fetch(item, table, index_name):
        local = any(index.get("IndexName") == index_name for index in table.get("LocalSecondaryIndexes") or [])
        request = current_request.get() or {}
        if local and request.get("body", {}).get("Select") == "ALL_ATTRIBUTES":
            return item
        return project(item, table, index_name)

    dynamodb._apply_index_projection = project_or_fetch
