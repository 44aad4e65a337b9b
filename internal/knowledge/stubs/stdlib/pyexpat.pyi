# Facts: Python documentation, "xml.parsers.expat".
from xml.parsers.expat import XMLParserType as XMLParserType
from xml.parsers.expat import ParserCreate as ParserCreate
from xml.parsers.expat import ErrorString as ErrorString
from xml.parsers.expat import ExpatError as ExpatError
