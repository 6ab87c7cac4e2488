"""The errors of management calls: code, status and text (api.md section 10).

Where a rule is broken, a model raises ValidationError with the code; what the rule
says is clearer than the text here, which is for when nothing better is known.
"""

from typing import NamedTuple


class Error(NamedTuple):
    status: int
    text: str


# A line `status form` begins a kind; the numbers below it say what stands in the form.
_TABLE = """
401 {}
  1000 The token is missing
  1001 The session has expired
  1002 The token is incorrect
  1003 The token has no project
  1007 The token has no account
  1008 The account is incorrect
  1009 The token has no user
403 {}
  1005 No permissions to request this method
  1020 Insufficient permissions
  1301 The domain name may not be used
403 No permissions for the {}
  1101 API group
  1102 API
  1103 environment
  1104 credential
  1105 request throttling policy
  1106 access control policy
  1107 configuration
  1108 excluded configuration
  1109 authorization
  1110 variable
  1112 signature key
  1113 load balance channel
  1115 certificate
  1136 gateway
  1137 custom authorizer
  1140 feature
400 {}
  2000 The request is incorrect
  2001 A parameter is missing
  2002 The value is too small
  2003 The value is too large
  2004 The value is out of range
  2005 The value is too short
  2006 The value is too long
  2007 The length is incorrect
  2008 Letters only
  2009 Digits only
  2010 Letters and digits only
  2011 Invalid parameter value
  2012 Invalid parameter value
  2013 The characters are not allowed
  2015 The IP address is incorrect
  2016 The value is not Base64
  2021 The domain name is not allowed
  2022 The domain name is forbidden
  2023 The CNAME is not resolved
  2024 The domain name is incorrect
  2025 The port is incorrect
  2026 A parameter of the path is not declared
  2027 A parameter of the backend path is not declared
  2028 A mapped parameter is not declared
  2030 The debug request is incorrect
  2036 Parameters of an authorizer need one
  2044 The document has no title
  2045 The servers of the document are incorrect
  2046 The timeout of the authorizer is incorrect
  2047 The retries of the authorizer are incorrect
  2049 The port is not open
  2050 The domain name is taken on this port
  2051 The certificates differ
  2101 Certificate and key do not belong together
  2102 The certificate has expired
  2103 The certificate is for another name
  2104 The certificate chain is incorrect
  2105 The key is encrypted
  2106 The certificate is incorrect
  2109 The certificate has no name
  3148 The certificate expires too late
  3153 Too many regions
  3710 The request is incorrect
  3715 The algorithms of the certificates clash
  3717 Two-way authentication is not available
404 The {} does not exist
  3001 API group
  3002 API
  3003 environment
  3004 credential
  3005 request throttling policy
  3006 access control policy
  3007 configuration
  3008 excluded configuration
  3009 authorization
  3010 access control binding
  3011 variable
  3012 request throttling binding
  3013 excluded object
  3015 publication
  3017 signature key
  3018 signature key binding
  3019 function
  3020 domain name
  3021 SSL certificate
  3022 API version
  3023 load balance channel
  3024 server
  3025 certificate
  3030 gateway
  3068 plug-in
  3072 task
  3081 custom authorizer
  3082 AppCode
  3087 feature
  3090 document
  3092 server
  3093 quota
  3094 task
  3095 orchestration rule
  3097 certificate binding
400 {}
  3073 The IP address is missing
403 There are too many {}
  3100 objects
  3101 API groups
  3102 APIs
  3103 credentials
  3104 environments
  3105 signature keys
  3106 variables
  3107 request throttling policies
  3108 domain names
  3109 load balance channels
  3110 servers
  3111 parameters
  3112 access control policies
  3113 backend policies
  3114 conditions
  3116 custom authorizers
  3117 identity sources
  3125 APIs in the group
  3127 APIs in the document
  3131 AppCodes
  3132 APIs in the group
  3133 tags
  3136 gateway responses
  3150 orchestration rules
  3151 orchestration rules of the API
400 The {} already exists
  3201 API group name
  3202 API name
  3203 credential name
  3204 request throttling policy name
  3205 environment name
  3206 access control policy name
  3207 signature key name
  3208 load balance channel name
  3209 parameter
  3210 backend policy
  3211 custom authorizer name
  3212 identity source
  3213 tag
  3216 gateway response name
  3301 API with this method and path
  3302 excluded configuration
  3303 variable
  3305 domain name
  3306 IP address
  3308 excluded object
  3309 object
  3310 key
  3316 authorization
  3325 quota name
  3326 plug-in name
  3331 orchestration rule
  3332 IP address
403 {}
  3411 The objects belong to different accounts
  3414 The load balance channel is in use
  3415 The API group has APIs
  3418 APIs are published in the environment
  3447 The access control policy is in use
  3451 The request throttling policy is in use
  3471 The load balance channel has no servers of its own
  3474 The domain name is of another group
409 {}
  1149 The gateway is busy
  3416 The API is published
  3462 The plug-in is in use
  3491 The default response cannot be deleted
  3492 The default response cannot be renamed
  3707 The API has to be published
  3708 The certificate is in use
  3709 The certificate is not attached
  3711 Once a minute only
  3712 The domain name is in use
  3716 The orchestration rule is in use
  3718 The task is running
  3719 The object is in use
412 {}
  3458 The feature is not supported
  3548 The signature type is not supported
  3713 The mapped parameter cannot be changed
400 The file {}
  3600 has the wrong format
  3601 is of an unknown version
  3602 cannot be parsed
  3603 is too long
  3608 cannot be read
  3609 is empty
500 {}
  3500 The configuration cannot be stored
  9002 The function URN is incorrect
  9003 The statistics are not available
  9008 Too many requests
  9999 System error
"""


def _entries() -> dict[str, Error]:
    found: dict[str, Error] = {}
    status, form = "", ""
    for line in _TABLE.strip().splitlines():
        number, _, text = line.strip().partition(" ")
        if line[0] != " ":
            status, form = number, text
        else:
            found[f"APIG.{number}"] = Error(int(status), form.format(text))
    return found


ERRORS = _entries()
