"""A mail relay that keeps what it takes: mail_sink.py FOLDER none|starttls|tls [USER PASSWORD].

It writes FOLDER/port when it listens, and a line of JSON to FOLDER/taken for each mail, before it answers 250. FOLDER/answer, while it
is there, says what it answers instead: "rcpt 550 5.1.1 No such user", "data 451 Later", "mail 530 …"; "data drop" ends the connection
unanswered; "data hold 0.2" answers 250 so many seconds after it has taken a mail. The certificate is FOLDER/certificate.pem with FOLDER/key.pem.
"""
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, Session, Envelope

folder, security, *login = sys.argv[1:]


def wish(stage):
    try:
        with open(f"{folder}/answer") as file:
            said, _, answer = file.read().partition(" ")
    except FileNotFoundError:
        return ""
    return answer.strip() if said == stage else ""


def described(envelope, session):
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    texts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    return {
        "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None or security == "tls",
        "user": session.auth_data.login.decode() if session.auth_data else None,
        "headers": [[name, str(value)] for name, value in mail.items()],
        "defects": [str(defect) for part in mail.walk() for defect in part.defects] +
                   [str(defect) for value in mail.values() for defect in value.defects],
        "ascii": envelope.content.isascii(), "longest": max(map(len, envelope.content.split(b"\r\n"))),
        "bare": envelope.content.replace(b"\r\n", b"").count(b"\n") + envelope.content.replace(b"\r\n", b"").count(b"\r"),
        "text": texts.get("text/plain"), "html": texts.get("text/html"),
    }


class Sink:
    async def handle_MAIL(self, server, session: Session, envelope: Envelope, address, options):
        if answer := wish("mail"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session: Session, envelope: Envelope, address, options):
        if answer := wish("rcpt"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session: Session, envelope: Envelope):
        answer = wish("data")
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer and not answer.startswith("hold"):
            return answer
        with open(f"{folder}/taken", "ab", 0) as file:
            file.write(json.dumps(described(envelope, session)).encode() + b"\n")
        if answer:
            await asyncio.sleep(float(answer.split()[1]))
        return "250 OK"


def right(server, session, envelope, mechanism, data):
    good = data.login.decode() == login[0] and data.password.decode() == login[1]
    return AuthResult(success=good, handled=good, auth_data=data if good else None)


async def main():
    context = None
    if security != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
    start = security == "starttls"
    loop = asyncio.get_running_loop()
    made = lambda: SMTP(Sink(), loop=loop, hostname="sink.example", tls_context=context if start else None, require_starttls=start,
                        auth_required=bool(login), auth_require_tls=start, authenticator=right if login else None)
    port = 0
    if os.path.exists(f"{folder}/port"):  # it was here before
        port = int(open(f"{folder}/port").read())
    server = await loop.create_server(made, "127.0.0.1", port, ssl=None if start else context, reuse_address=True)
    with open(f"{folder}/port.new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(f"{folder}/port.new", f"{folder}/port")
    open(f"{folder}/ready", "w").close()
    await server.serve_forever()


asyncio.run(main())
