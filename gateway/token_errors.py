"""What app_token refuses (auth.md section 6): its endpoint, and calls with a token.

AppTokenError                     400     APIG.2205  AUTH_FAILURE
├─ AppTokenClientInvalid          400     APIG.2201  AUTH_FAILURE
├─ RefreshTokenInvalid            400     APIG.2202  AUTH_FAILURE
├─ AccessTokenInvalid             400     APIG.2203  AUTH_FAILURE
├─ AppTokenFormat                 400     APIG.2204  AUTH_FAILURE
├─ AppTokenMethod                 400     APIG.2206  AUTH_FAILURE
├─ ThroughDataTooLong             400     APIG.2208  AUTH_FAILURE
├─ GrantTypeUnknown               400     APIG.2209  AUTH_FAILURE
├─ GrantTypeMissing               400     APIG.2210  AUTH_FAILURE
├─ ClientIdMissing                400     APIG.2211  AUTH_FAILURE
├─ ClientSecretMissing            400     APIG.2212  AUTH_FAILURE
├─ RefreshTokenMissing            400     APIG.2213  AUTH_FAILURE
└─ AppTokenOutdated               401     APIG.1004  AUTH_FAILURE
   ├─ RefreshTokenExpired         401     APIG.1001  AUTH_FAILURE
   ├─ AccessTokenExpired          401     APIG.1002  AUTH_FAILURE
   └─ RefreshTokenOfAnother       401     APIG.1003  AUTH_FAILURE
"""

from gateway.errors import GatewayError


class AppTokenError(GatewayError):
    status, code, type = 400, "APIG.2205", "AUTH_FAILURE"
    message = "Auth parameter invalid"


class AppTokenClientInvalid(AppTokenError):
    code = "APIG.2201"
    message = "Appkey or SecretKey is invalid"


class RefreshTokenInvalid(AppTokenError):
    code = "APIG.2202"
    message = "Refresh token is invalid"


class AccessTokenInvalid(AppTokenError):
    code = "APIG.2203"
    message = "Access token is invalid"


class AppTokenFormat(AppTokenError):
    code = "APIG.2204"
    message = "ContentType invalid"


class AppTokenMethod(AppTokenError):
    code = "APIG.2206"
    message = "Auth method invalid"


class ThroughDataTooLong(AppTokenError):
    code = "APIG.2208"
    message = "The length of through_data is out of range"


class GrantTypeUnknown(AppTokenError):
    code = "APIG.2209"
    message = "The value of grant_type is not in enum List"


class GrantTypeMissing(AppTokenError):
    code = "APIG.2210"
    message = "Lack of grant_type"


class ClientIdMissing(AppTokenError):
    code = "APIG.2211"
    message = "Lack of client_id"


class ClientSecretMissing(AppTokenError):
    code = "APIG.2212"
    message = "Lack of client_secret"


class RefreshTokenMissing(AppTokenError):
    code = "APIG.2213"
    message = "Lack of refresh_token"


class AppTokenOutdated(AppTokenError):
    status, code = 401, "APIG.1004"
    message = "App not exist"


class RefreshTokenExpired(AppTokenOutdated):
    code = "APIG.1001"
    message = "Refresh token is expired"


class AccessTokenExpired(AppTokenOutdated):
    code = "APIG.1002"
    message = "Access token is expired"


class RefreshTokenOfAnother(AppTokenOutdated):
    code = "APIG.1003"
    message = "App not match refresh token"
