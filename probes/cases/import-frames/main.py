"""Imports pandas and what a small report needs beside it."""

import calendar
import configparser
import textwrap
import zipfile

import seebench_guest as guest

import pandas as pd

guest.imports_done()
MODULES = (calendar, configparser, textwrap, zipfile, pd)
guest.digest(sorted(module.__name__ for module in MODULES))
