"""Imports what a program that loads tables through a database and sends mail would."""

import asyncio
import csv
import decimal
import email.mime.multipart
import smtplib
import sqlite3
import sqlite3.dbapi2
import xml.etree.ElementTree as ET

import seebench_guest as guest

guest.imports_done()
MODULES = (asyncio, csv, decimal, email.mime.multipart, sqlite3, smtplib, ET)
guest.digest(sorted(module.__name__ for module in MODULES))
