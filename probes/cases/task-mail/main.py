"""A whole job of the standard library: writes mails into a mailbox, reads them, and sorts their subjects by sender."""

import collections
import email
import mailbox
import tempfile
from email.message import EmailMessage

import seebench_guest as guest

guest.imports_done()

MAILS = guest.params["mails"]

with tempfile.TemporaryDirectory() as scratch:
    box = mailbox.Maildir(f"{scratch}/box", create=True)
    for i in range(MAILS):
        mail = EmailMessage()
        mail["From"] = f"sender{i % 20}@example.org"
        mail["Subject"] = f"Report {i * 13 % 1009}"
        mail.set_content(f"Line {i}\n" * 40)
        box.add(mail)
    subjects = collections.defaultdict(list)
    for key in box.iterkeys():
        mail = email.message_from_bytes(box.get_bytes(key))
        subjects[mail["From"]].append(mail["Subject"])
guest.digest([[sender, len(all_of_them), min(all_of_them)] for sender, all_of_them in sorted(subjects.items())])
