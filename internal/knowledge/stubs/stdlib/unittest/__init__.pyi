# Facts: Python documentation, "unittest".
from unittest import mock as mock
from unittest.case import TestCase as TestCase, FunctionTestCase as FunctionTestCase, SkipTest as SkipTest, skip as skip, skipIf as skipIf, skipUnless as skipUnless, expectedFailure as expectedFailure
from unittest.case import addModuleCleanup as addModuleCleanup, doModuleCleanups as doModuleCleanups, enterModuleContext as enterModuleContext
from unittest.async_case import IsolatedAsyncioTestCase as IsolatedAsyncioTestCase
from unittest.suite import BaseTestSuite as BaseTestSuite, TestSuite as TestSuite
from unittest.loader import TestLoader as TestLoader, defaultTestLoader as defaultTestLoader, makeSuite as makeSuite, findTestCases as findTestCases, getTestCaseNames as getTestCaseNames
from unittest.main import TestProgram as TestProgram, TestProgram as main
from unittest.result import TestResult as TestResult
from unittest.runner import TextTestResult as TextTestResult, TextTestRunner as TextTestRunner
from unittest.signals import installHandler as installHandler, registerResult as registerResult, removeHandler as removeHandler, removeResult as removeResult
