"""What the module asks of DynamoDB beyond the emulator: whole rows by a local index that has keys alone."""

import unittest

from .emulator import Emulator

emulator = None


def setUpModule():
    global emulator
    emulator = Emulator()


def tearDownModule():
    emulator.close()


def key(name, kind):
    return {"AttributeName": name, "KeyType": kind}


class LocalIndexes(unittest.TestCase):
    def setUp(self):
        self.client = emulator.client("dynamodb")
        names = {"owner": "N", "id": "S", "open_at": "S", "other": "S"}
        index = {"KeySchema": [key("other", "HASH")], "Projection": {"ProjectionType": "KEYS_ONLY"}}
        local = {
            "IndexName": "open",
            "KeySchema": [key("owner", "HASH"), key("open_at", "RANGE")],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        self.table = self.id().rsplit(".", 1)[-1]
        self.client.create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in names.items()],
            KeySchema=[key("owner", "HASH"), key("id", "RANGE")],
            LocalSecondaryIndexes=[local],
            GlobalSecondaryIndexes=[{"IndexName": "other", **index}],
        )
        self.row = {
            "owner": {"N": "1"},
            "id": {"S": "a"},
            "open_at": {"S": "2026"},
            "other": {"S": "x"},
            "state": {"S": "held"},
        }
        self.client.put_item(TableName=self.table, Item=self.row)

    def query(self, index, name, value, **options):
        return self.client.query(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues={":value": value},
            **options,
        )["Items"]

    def test_answer_whole_rows_where_they_are_asked_for(self):
        owner = {"N": "1"}
        whole = self.query("open", "owner", owner, Select="ALL_ATTRIBUTES", ConsistentRead=True)
        self.assertEqual(whole, [self.row])
        keys = self.query("open", "owner", owner, Select="ALL_PROJECTED_ATTRIBUTES")
        self.assertEqual([sorted(row) for row in keys], [["id", "open_at", "owner"]])

    def test_answer_no_more_than_a_global_index_has(self):
        rows = self.query("other", "other", {"S": "x"})
        self.assertEqual([sorted(row) for row in rows], [["id", "other", "owner"]])
