"""A Kafka with SASL_SSL and SCRAM, and TLS in front of PostgreSQL: how other people's engines look to the services."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.engines.kafka import Kafka, KafkaSettings, open_kafka

USER = "writer"
PASSWORD = "of-a-test"
MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True)
class Certificates:
    """PEM files: the certificate is its own authority."""

    certificate: Path
    key: Path

    @property
    def both(self) -> str:
        return self.key.read_text() + self.certificate.read_text()


def make_certificates(folder: Path) -> Certificates:
    """A certificate for 127.0.0.1 and its key, in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an engine of a test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificates(folder / "certificate.pem", folder / "key.pem")
    made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    made.key.chmod(0o600)
    return made


@asynccontextmanager
async def open_secured_kafka(folder: Path, certificates: Certificates, jars: Path) -> AsyncIterator[Kafka]:
    """A broker that lets in USER with PASSWORD by SCRAM over TLS, and nobody else."""
    keys = folder / "keystore.pem"
    keys.write_text(certificates.both)
    login = f'org.apache.kafka.common.security.scram.ScramLoginModule required username="{USER}" password="{PASSWORD}";'
    properties = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keys),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates.certificate),
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"listener.name.sasl_ssl.{MECHANISM.lower()}.sasl.jaas.config": login,
    }
    users = (f"{MECHANISM}=[name={USER},password={PASSWORD}]",)
    settings = KafkaSettings(protocol="SASL_SSL", extra_properties=properties, scram=users)
    async with open_kafka(folder / "kafka", settings, jars=jars) as kafka:
        yield kafka


SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""How a PostgreSQL client asks for TLS (its frontend/backend protocol, SSLRequest)."""


@asynccontextmanager
async def open_tls_proxy(port: int, certificates: Certificates) -> AsyncIterator[int]:
    """The port of a proxy that speaks TLS, and nothing else, for the PostgreSQL at `port`.

    The embedded PostgreSQL is built without TLS.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                await _join(reader, writer, port)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await asyncio.gather(_pump(reader, behind_writer), _pump(behind_reader, writer))
    finally:
        behind_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
