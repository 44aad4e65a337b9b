import os
import shutil
import tempfile
import unittest
from unittest import mock


class StoreTest(unittest.TestCase):
    def setUp(self):  # want: fs.write!
        self.folder = tempfile.mkdtemp()

    def tearDown(self):  # want: fs.write!
        shutil.rmtree(self.folder)

    def test_write(self):  # want: fs.write! fs.read!
        path = os.path.join(self.folder, "x")
        with open(path, "w") as f:
            f.write("x")
        self.assertTrue(os.path.exists(path))

    def test_pure(self):  # want:
        self.assertEqual(1 + 1, 2)
