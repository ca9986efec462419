import unittest

from launcher import policy_language as language


class Substitution(unittest.TestCase):
    def test_puts_the_requests_value_in_place_of_a_variable(self):
        self.assertEqual(language.substitute("*/${aws:ResourceTag/InstanceId}", lambda name: "i-1"), "*/i-1")

    def test_leaves_a_statement_with_an_unknown_variable_unmatched(self):
        with self.assertRaises(language.Unresolved):
            language.substitute("*/${aws:ResourceTag/InstanceId}", lambda name: None)

    def test_takes_the_default_of_an_unknown_variable(self):
        self.assertEqual(language.substitute("${aws:PrincipalTag/team, 'none'}", lambda name: None), "none")

    def test_reads_the_special_forms_as_literal_characters(self):
        pattern = language.compile_pattern(language.substitute("a${*}b${?}c${$}", lambda name: None), False)
        self.assertTrue(pattern.match("a*b?c$"))
        self.assertFalse(pattern.match("axxb?c$"))

    def test_keeps_wildcards_of_a_value_literal(self):
        pattern = language.compile_pattern(language.substitute("*/${tag}", lambda name: "*"), False)
        self.assertTrue(pattern.match("instance/*"))
        self.assertFalse(pattern.match("instance/i-1"))

    def test_gives_plain_text_to_operators_without_wildcards(self):
        replaced = language.substitute_conditions(
            {"StringEquals": {"k": "${tag}"}, "StringLike": {"k": ["${tag}"]}}, lambda name: "*"
        )
        self.assertEqual(replaced["StringEquals"]["k"], ["*"])
        self.assertNotEqual(replaced["StringLike"]["k"], ["*"])


class Patterns(unittest.TestCase):
    def test_matches_the_whole_text_only(self):
        self.assertFalse(language.compile_pattern("ec2:Run", False).match("ec2:RunInstances"))
        self.assertTrue(language.compile_pattern("ec2:Run*", False).match("ec2:RunInstances"))

    def test_ignores_case_where_asked(self):
        self.assertTrue(language.compile_pattern("EC2:*", True).match("ec2:RunInstances"))
        self.assertFalse(language.compile_pattern("EC2:*", False).match("ec2:RunInstances"))


if __name__ == "__main__":
    unittest.main()
