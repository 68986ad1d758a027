"""Imports what a program that reads Arrow tables and asks over HTTP would."""

import argparse
import http.client
import logging
import tempfile
import urllib.request
import uuid

import seebench_guest as guest

import pyarrow as pa
import pyarrow.compute as pc

guest.imports_done()
MODULES = (argparse, http.client, logging, tempfile, urllib.request, uuid, pa, pc)
guest.digest(sorted(module.__name__ for module in MODULES))
