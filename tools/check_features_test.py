"""Rows that claim what nothing shows are found."""
import unittest

import check_features

ROWS = [f"| F-{n:03} | what | no | no | no | | |" for n in range(1, check_features.FEATURES + 1)]
ROWS += [f"| X-{n:02} | what | no | no | no | | |" for n in range(1, check_features.CHOICES + 1)]


class CheckFeatures(unittest.TestCase):
    def found(self, row, names=("real",)):
        rows = [row if row.startswith(line[:7]) else line for line in ROWS] if row else ROWS
        return list(check_features.check("\n".join(rows), {"Suite.Case"}, set(names)))

    def test_a_good_page(self):
        self.assertEqual(self.found(None), [])
        self.assertEqual(self.found("| F-001 | what | yes | Python | part | `real: Suite.Case` | a part |"), [])

    def test_a_test_that_is_not_there(self):
        self.assertIn("no test gone", self.found("| F-001 | what | yes | no | no | `gone` | |")[0])
        self.assertIn("no case Suite.Gone", self.found("| F-001 | what | yes | no | no | `real: Suite.Gone` | |")[0])

    def test_a_claim_without_a_test(self):
        self.assertIn("nothing shows", self.found("| F-001 | what | yes | no | no | | |")[0])

    def test_a_part_without_a_word(self):
        self.assertIn("what is missing", self.found("| F-001 | what | part | no | no | `real` | |")[0])

    def test_other_words(self):
        self.assertIn("maybe", self.found("| F-001 | what | maybe | no | no | | |")[0])

    def test_numbers_left_out_and_twice(self):
        text = "\n".join(ROWS[1:] + [ROWS[1]])
        self.assertEqual(len(list(check_features.check(text, set(), None))), 2)


if __name__ == "__main__":
    unittest.main()
