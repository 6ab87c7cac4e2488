"""Each error that the gateway can send, in words: the rule, and the remedy.

By its code and, where a code has several causes, by its type (reference: auth.md
sections 1.2 and 6).
"""

# (rule, remedy), by the error's code.
CODES: dict[str, tuple[str, str]] = {
    "APIG.0101": (
        "No API of the group is published with this method and path in this "
        "environment.",
        "Publish the API there, or call one that is; X-Stage chooses the environment.",
    ),
    "APIG.0103": ("The API's backend is gone.", "Choose another, and publish again."),
    "APIG.0104": (
        "A plug-in bound to the API cannot be used.",
        "Correct the plug-in's document, or unbind it.",
    ),
    "APIG.0106": (
        "An orchestration rule of a request parameter found nothing to send.",
        "Send the parameter, or give the rules a default.",
    ),
    "APIG.0201": (
        "The request breaks a limit or a rule of its parameters.",
        "Compare the request with the API's request parameters and the limits.",
    ),
    "APIG.0202": (
        "The backend could not be reached, or answered nothing that is HTTP.",
        "Call the backend directly; check its address, and that it is running.",
    ),
    "APIG.0203": (
        "The backend did not answer within its time-out.",
        "Make the backend faster, or raise the time-out and publish again.",
    ),
    "APIG.0204": (
        "The TLS version of the client is older than the domain name allows.",
        "Let the client speak TLS 1.2, or lower the domain's minimum version.",
    ),
    "APIG.0205": (
        "The domain name wants a client certificate, and this one is not trusted.",
        "Give the client a certificate of the trusted root CA.",
    ),
    "APIG.0301": (
        "The access key's signature, or the token, is wrong.",
        "Sign with an enabled access key, or send a token that is still valid.",
    ),
    "APIG.0302": (
        "An access control policy keeps this account out.",
        "Change the policy, or unbind it from the API.",
    ),
    "APIG.0303": (
        "The app signature is wrong.",
        "Compare both sides in the signature debugger; it names most mistakes.",
    ),
    "APIG.0304": (
        "The credential is not bound to the API in this environment.",
        "Bind the credential to the API there.",
    ),
    "APIG.0305": (
        "The custom authorizer said deny, or was not asked because an identity source "
        "was missing or not of the right form.",
        "Send what the identity sources want; test the function with this request.",
    ),
    "APIG.0307": ("The token has expired.", "Get a new token: it lives for 24 hours."),
    "APIG.0308": (
        "Too many calls in the time that a limit counts.",
        "Wait for the period to end, or raise the limit of the throttling policy.",
    ),
    "APIG.0310": ("The token is for another project.", "Get one for this project."),
    "APIG.0312": (
        "The third-party authorizer bound to the API said no.",
        "Ask it about this request; its answer decides.",
    ),
    "APIG.0313": (
        "An identity that the third-party authorizer wants is missing.",
        "Send the headers or query parameters that the plug-in names.",
    ),
    "APIG.0314": (
        "The third-party authorizer forbids the call.",
        "Ask it about this request; its answer decides.",
    ),
    "APIG.0315": (
        "The JWT is missing, wrong or expired.",
        "Send a token that the plug-in's keys verify, with the claims it wants.",
    ),
    "APIG.0316": (
        "The OpenID Connect token is wrong or expired.",
        "Log in again, or send a token of the plug-in's issuer.",
    ),
    "APIG.0317": (
        "The OpenID Connect provider's description could not be had.",
        "Check the plug-in's discovery address, and that the gateway reaches it.",
    ),
    "APIG.0318": (
        "The OpenID Connect login did not come to its end.",
        "Begin it again; check the client of the plug-in at the provider.",
    ),
    "APIG.0401": (
        "The caller's address is not known.",
        "Check the trusted proxies and X-Forwarded-For.",
    ),
    "APIG.0402": (
        "An access control policy keeps this address out.",
        "Change the policy, or unbind it from the API.",
    ),
    "APIG.0404": (
        "The backend's address is one that no API may reach.",
        "Use another address, or allow this one with SALLYPORT_ALLOW_BACKENDS.",
    ),
    "APIG.0405": (
        "The credential's access control keeps this address out.",
        "Change the access control of the credential.",
    ),
    "APIG.0501": (
        "The credential's quota is used up.",
        "Wait for it to start again, or raise the quota.",
    ),
    "APIG.0601": (
        "Something that the gateway needed for the call did not work.",
        "The reason below says what; the function's last calls show its log.",
    ),
    "APIG.0605": ("The backend's name cannot be resolved.", "Correct the name."),
    "APIG.0606": (
        "The gateway has no configuration that it can read.",
        "Look at the gateway's log: the console writes it anew with every change.",
    ),
    "APIG.0607": (
        "The API is not offered over this protocol.",
        "Call it over HTTPS, or change the protocol and publish again.",
    ),
    "APIG.0610": (
        "No member of the load balance channel is healthy.",
        "Look at the channel's members and its health check.",
    ),
    "APIG.0612": (
        "The call went through the gateway more than ten times.",
        "Let no backend of an API lead back to the API.",
    ),
    "APIG.0614": (
        "The circuit breaker is open: the backend failed too often.",
        "Mend the backend; the breaker tries again by itself.",
    ),
    "APIG.0615": (
        "The load balance channel of the third-party authorizer has no server.",
        "Look at the channel's members and its health check.",
    ),
    "APIG.0616": (
        "The third-party authorizer could not be reached.",
        "Call it directly; check the plug-in's address.",
    ),
    "APIG.0617": (
        "The third-party authorizer's plug-in cannot be used.",
        "Correct the plug-in's document.",
    ),
    "APIG.0705": (
        "The request toward the backend could not be signed.",
        "Correct the signature key that is bound to the API.",
    ),
    "APIG.1001": (
        "The refresh token has expired.",
        "Get a new pair with the credential's key and secret.",
    ),
    "APIG.1002": (
        "The access token has expired.",
        "Get a new one with the refresh token, or with key and secret.",
    ),
    "APIG.1003": (
        "The refresh token was given to another credential.",
        "Refresh with the key and secret that it was given to.",
    ),
    "APIG.1004": (
        "The credential that the token was given to is gone.",
        "Get a token with a credential that exists.",
    ),
    "APIG.1009": (
        "The key and secret of the credential do not fit together.",
        "Send the credential's key with its current secret.",
    ),
    "APIG.2201": (
        "The key and secret at the token endpoint do not fit together.",
        "Send the credential's key with its current secret.",
    ),
    "APIG.2202": (
        "The refresh token is not one of this gateway, or the secret was reset since.",
        "Get a new pair with the credential's key and secret.",
    ),
    "APIG.2203": (
        "The access token is not one of this gateway, or the secret was reset since.",
        "Get a new one with the credential's key and secret.",
    ),
    "APIG.2204": (
        "The token endpoint takes a form or JSON.",
        "Send Content-Type application/x-www-form-urlencoded.",
    ),
    "APIG.2205": (
        "The body sent to the token endpoint cannot be read.",
        "Send each parameter once, as text.",
    ),
    "APIG.2206": (
        "Tokens are asked for with POST.",
        "Send a POST.",
    ),
    "APIG.2208": (
        "through_data is longer than 300 characters.",
        "Send less.",
    ),
    "APIG.2209": (
        "grant_type is neither client_credentials nor refresh_token.",
        "Send one of these.",
    ),
    "APIG.2210": (
        "grant_type is missing.",
        "Send client_credentials, or refresh_token with one.",
    ),
    "APIG.2211": (
        "client_id is missing.",
        "Send the credential's key in it.",
    ),
    "APIG.2212": (
        "client_secret is missing.",
        "Send the credential's secret in it.",
    ),
    "APIG.2213": (
        "refresh_token is missing.",
        "Send the refresh token that came with the last access token.",
    ),
}
# Of a debug call, instead of APIG.0101's.
NOT_ITS_OWN = (
    "A debug call reaches its own API only, and this method, path or host name is not "
    "the API's.",
    "Compare them with the API's URL, or debug the API that they belong to.",
)
UNKNOWN = ("The gateway refused the call.", "The reason below says why.")
# Where one code has several causes: by the error's type.
TYPES: dict[str, tuple[str, str]] = {
    "AUTHORIZER_IDENTITIES_FAILURE": (
        "An identity source is missing, or not of the right form: the custom "
        "authorizer was not asked.",
        "Send the header or query parameter that the identity source names.",
    ),
    "AUTHORIZER_FAILURE": (
        "The custom authorizer said deny.",
        "Look at the function's call: its event is what it was asked about.",
    ),
    "AUTHORIZER_CONF_FAILURE": (
        "The custom authorizer gave no answer that could be used.",
        "Look at the function's call: it failed, or its reply is malformed.",
    ),
    "AUTH_HEADER_MISSING": (
        "The request is not signed: it has no Authorization header.",
        "Sign it with the credential's key and secret.",
    ),
    "REQUEST_PARAMETERS_FAILURE": (
        "A request parameter is missing, or breaks its rule.",
        "Compare the request with the API's request parameters.",
    ),
}
