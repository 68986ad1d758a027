"""Imports what a small service of the standard library takes, and answers once without a network."""

import asyncio
import email.message
import http.server
import json
import logging
import ssl
import urllib.request
import xml.etree.ElementTree

import seebench_guest as guest

guest.imports_done()

NAMES = [
    it.__name__
    for it in (asyncio, email.message, http.server, json, logging, ssl, urllib.request, xml.etree.ElementTree)
]
guest.first_result()
guest.digest(NAMES)
