"""Independent domain names and their SSL certificates (api.md sections 1.2, 1.3)."""

from dataclasses import dataclass, field

# In the order of strength, as the TLS library names them.
TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


@dataclass(frozen=True)
class Certificate:
    """PEM texts: the certificate with its chain, its key, the CA of callers."""

    id: str
    name: str
    cert_content: str
    private_key: str = field(repr=False)
    trusted_root_ca: str = ""


@dataclass(frozen=True)
class Domain:
    """A name of a group's own: `www.example.com`, or `*.example.com` for all below.

    `http` and `https` say which protocols are on. Who is sent from HTTP to HTTPS
    finds that at `https_port`, or at `public_https_port` when something in front
    brings calls here. Of two certificates one is RSA, the other ECC.
    """

    url_domain: str
    min_ssl_version: str = "TLSv1.1"
    is_http_redirect_to_https: bool = False
    http: bool = True
    https: bool = True
    https_port: int = 443
    public_https_port: int = 443
    certificates: tuple[Certificate, ...] = ()
    verified_client_certificate_enabled: bool = False

    @property
    def redirects(self) -> bool:
        """Whether callers of HTTP are sent to HTTPS: only where that is served."""
        return self.is_http_redirect_to_https and self.https and bool(self.certificates)

    @property
    def wants_tls(self) -> bool:
        """Whether plain HTTP is not taken as it comes."""
        return self.redirects or self.verified_client_certificate_enabled

    @property
    def trusted_roots(self) -> str:
        """The CAs, one of which has to have issued a caller's certificate."""
        roots = [c.trusted_root_ca for c in self.certificates if c.trusted_root_ca]
        return "\n".join(roots) if self.verified_client_certificate_enabled else ""

    def allows(self, version: str) -> bool:
        """Whether a TLS version is not too old."""
        oldest = TLS_VERSIONS.index(self.min_ssl_version)
        return version in TLS_VERSIONS[oldest:]
