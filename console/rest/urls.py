"""Every operation of the management API: one line each, the whole table.

A path starts below `/v2/{project_id}/apigw`; `~` is the one gateway there is. The
last two columns say what answers (reference: operations_by_family.md).
"""

from django.urls import include, path

from console.rest import (
    acl,
    api,
    app,
    app_acl,
    app_auth,
    app_code,
    app_quota,
    authorizer,
    certificate,
    debug,
    domain,
    environment,
    feature,
    group,
    instance,
    outline,
    plugin,
    release,
    response,
    sign,
    throttle,
    unsupported,
    variable,
)
from console.rest.table import Operation, patterns

ROOT = "/v2/{project_id}/apigw"

# fmt: off
OPERATIONS = tuple(Operation(ROOT, *row) for row in (
    # Gateway lifecycle
    ("GET", "/instances", "list_instances_v2", instance.Instances, "list"),
    ("POST", "/instances", "create_instance_v2", instance.Instances, "create"),
    ("GET", "~", "show_details_of_instance_v2", instance.Instances, "retrieve"),
    ("PUT", "~", "update_instance_v2", instance.Instances, "update"),
    ("DELETE", "~", "delete_instances_v2", instance.Instances, "destroy"),
    ("GET", "~/progress", "show_details_of_instance_progress_v2", instance.Progress, "retrieve"),
    ("GET", "~/restriction", "show_restriction_of_instance_v2", instance.Restriction, "retrieve"),
    # Gateway features
    ("GET", "~/features", "list_features_v2", feature.Features, "list"),
    ("POST", "~/features", "create_feature_v2", feature.Features, "create"),
    ("GET", "~/instance-features", "list_instance_features", feature.Supported, "list"),
    # Quota configuration
    ("GET", "/instance/configs", "list_instance_configs_v2", outline.Configs, "list"),
    ("GET", "~/project/configs", "list_project_cofigs_v2", outline.Configs, "list"),
    # Custom ingress ports
    ("GET", "~/custom-ingress-ports", "list_custom_ingress_ports", unsupported.Later, "list"),
    ("POST", "~/custom-ingress-ports", "add_custom_ingress_port", unsupported.Later, "create"),
    ("DELETE", "~/custom-ingress-ports/{ingress_port_id}", "delete_custom_ingress_port", unsupported.Later, "destroy"),
    ("GET", "~/custom-ingress-ports/{ingress_port_id}/domains", "list_custom_ingress_port_domains", unsupported.Later, "list"),
    # Gateway (TMS) tags
    ("GET", "/instance-tags", "list_project_instance_tags", instance.ProjectTags, "list"),
    ("POST", "/resource-instances/count", "show_instances_num_by_tags", instance.TaggedInstances, "count"),
    ("POST", "/resource-instances/filter", "list_instances_by_tags", instance.TaggedInstances, "find"),
    ("GET", "~/instance-tags", "list_instance_tags", instance.Tags, "list"),
    ("POST", "~/instance-tags/action", "batch_create_or_delete_instance_tags", instance.Tags, "change"),
    # Availability zones
    ("GET", "/available-zones", "list_available_zones_v2", instance.Zones, "list"),
    # EIP / public access
    ("PUT", "~/eip", "add_eip_v2", unsupported.CloudOnly, "update"),
    ("DELETE", "~/eip", "remove_eip_v2", unsupported.CloudOnly, "destroy"),
    ("POST", "~/ingress-eip", "add_ingress_eip_v2", unsupported.CloudOnly, "create"),
    ("PUT", "~/ingress-eip", "update_ingress_eip_v2", unsupported.CloudOnly, "update"),
    ("DELETE", "~/ingress-eip", "remove_ingress_eip_v2", unsupported.CloudOnly, "destroy"),
    ("POST", "~/nat-eip", "add_engress_eip_v2", unsupported.CloudOnly, "create"),
    ("PUT", "~/nat-eip", "update_engress_eip_v2", unsupported.CloudOnly, "update"),
    ("DELETE", "~/nat-eip", "remove_engress_eip_v2", unsupported.CloudOnly, "destroy"),
    # Order and resize
    ("POST", "/prepay-instances", "create_order", unsupported.CloudOnly, "create"),
    ("POST", "~/postpaid-resize", "create_post_pay_resize_order", unsupported.CloudOnly, "create"),
    ("POST", "~/prepay-resize", "create_prepay_resize", unsupported.CloudOnly, "create"),
    # VPC endpoint
    ("GET", "~/vpc-endpoint/connections", "list_endpoint_connections", unsupported.Connections, "list"),
    ("GET", "~/vpc-endpoint/permissions", "list_endpoint_permissions", unsupported.Permissions, "list"),
    ("POST", "~/vpc-endpoint/connections/action", "accept_or_reject_endpoint_connections", unsupported.CloudOnly, "create"),
    ("POST", "~/vpc-endpoint/permissions/batch-add", "add_endpoint_permissions", unsupported.CloudOnly, "create"),
    ("POST", "~/vpc-endpoint/permissions/batch-delete", "delete_endpoint_permissions", unsupported.CloudOnly, "create"),
    # API groups
    ("GET", "~/api-groups", "list_api_groups_v2", group.Groups, "list"),
    ("POST", "~/api-groups", "create_api_group_v2", group.Groups, "create"),
    ("POST", "~/api-groups/check", "check_api_groups_v2", group.Groups, "check"),
    ("GET", "~/api-groups/{group_id}", "show_details_of_api_group_v2", group.Groups, "retrieve"),
    ("PUT", "~/api-groups/{group_id}", "update_api_group_v2", group.Groups, "update"),
    ("DELETE", "~/api-groups/{group_id}", "delete_api_group_v2", group.Groups, "destroy"),
    # Group gateway responses
    ("GET", "~/api-groups/{group_id}/gateway-responses", "list_gateway_responses_v2", response.Responses, "list"),
    ("POST", "~/api-groups/{group_id}/gateway-responses", "create_gateway_response_v2", response.Responses, "create"),
    ("GET", "~/api-groups/{group_id}/gateway-responses/{response_id}", "show_details_of_gateway_response_v2", response.Responses, "retrieve"),
    ("PUT", "~/api-groups/{group_id}/gateway-responses/{response_id}", "update_gateway_response_v2", response.Responses, "update"),
    ("DELETE", "~/api-groups/{group_id}/gateway-responses/{response_id}", "delete_gateway_response_v2", response.Responses, "destroy"),
    ("GET", "~/api-groups/{group_id}/gateway-responses/{response_id}/{response_type}", "show_details_of_gateway_response_type_v2", response.OneResponse, "retrieve"),
    ("PUT", "~/api-groups/{group_id}/gateway-responses/{response_id}/{response_type}", "update_gateway_response_type_v2", response.OneResponse, "update"),
    ("DELETE", "~/api-groups/{group_id}/gateway-responses/{response_id}/{response_type}", "delete_gateway_response_type_v2", response.OneResponse, "destroy"),
    # Domain names
    ("POST", "~/api-groups/{group_id}/domains", "associate_domain_v2", domain.Domains, "create"),
    ("PUT", "~/api-groups/{group_id}/sl-domain-access-settings", "update_sl_domain_setting_v2", group.Groups, "access"),
    ("PUT", "~/api-groups/{group_id}/domains/{domain_id}", "update_domain_v2", domain.Domains, "update"),
    ("DELETE", "~/api-groups/{group_id}/domains/{domain_id}", "disassociate_domain_v2", domain.Domains, "destroy"),
    ("POST", "~/api-groups/{group_id}/domains/{domain_id}/certificate", "associate_certificate_v2", domain.Certificates, "create"),
    ("GET", "~/api-groups/{group_id}/domains/{domain_id}/certificate/{certificate_id}", "show_details_of_domain_name_certificate_v2", domain.Certificates, "retrieve"),
    ("DELETE", "~/api-groups/{group_id}/domains/{domain_id}/certificate/{certificate_id}", "disassociate_certificate_v2", domain.Certificates, "destroy"),
    ("POST", "~/api-groups/{group_id}/domains/{domain_id}/certificates/attach", "batch_associate_certs_v2", domain.Certificates, "attach"),
    ("POST", "~/api-groups/{group_id}/domains/{domain_id}/certificates/detach", "batch_disassociate_certs_v2", domain.Certificates, "detach"),
    # SSL certificates
    ("GET", "/certificates", "list_certificates_v2", certificate.Certificates, "list"),
    ("POST", "/certificates", "create_certificate_v2", certificate.Certificates, "create"),
    ("GET", "/certificates/{certificate_id}", "show_details_of_certificate_v2", certificate.Certificates, "retrieve"),
    ("PUT", "/certificates/{certificate_id}", "update_certificate_v2", certificate.Certificates, "update"),
    ("DELETE", "/certificates/{certificate_id}", "delete_certificate_v2", certificate.Certificates, "destroy"),
    ("GET", "/certificates/{certificate_id}/attached-domains", "list_attached_domains_v2", certificate.Certificates, "attached"),
    ("POST", "/certificates/{certificate_id}/domains/attach", "batch_associate_domains_v2", certificate.Certificates, "attach"),
    ("POST", "/certificates/{certificate_id}/domains/detach", "batch_disassociate_domains_v2", certificate.Certificates, "detach"),
    # APIs
    ("GET", "~/apis", "list_apis_v2", api.Apis, "list"),
    ("POST", "~/apis", "create_api_v2", api.Apis, "create"),
    ("POST", "~/apis/action", "create_or_delete_publish_record_for_api_v2", release.Publishing, "create"),
    ("POST", "~/apis/check", "check_apis_v2", api.Apis, "check"),
    ("POST", "~/apis/publish", "batch_publish_or_offline_api_v2", release.BatchPublishing, "create"),
    ("GET", "~/apis/{api_id}", "show_details_of_api_v2", api.Apis, "retrieve"),
    ("PUT", "~/apis/{api_id}", "update_api_v2", api.Apis, "update"),
    ("DELETE", "~/apis/{api_id}", "delete_api_v2", api.Apis, "destroy"),
    ("POST", "~/apis/debug/{api_id}", "debug_api_v2", debug.Debug, "create"),
    ("GET", "~/apis/publish/{api_id}", "list_api_versions_v2", release.Versions, "list"),
    ("PUT", "~/apis/publish/{api_id}", "change_api_version_v2", release.Versions, "switch"),
    ("GET", "~/apis/runtime/{api_id}", "list_api_runtime_definition_v2", release.Runtime, "retrieve"),
    ("GET", "~/apis/versions/{version_id}", "list_api_version_detail_v2", release.OneVersion, "retrieve"),
    ("DELETE", "~/apis/versions/{version_id}", "delete_api_by_version_id_v2", release.OneVersion, "destroy"),
    # API tags
    ("GET", "~/tags", "list_tags_v2", api.Tags, "list"),
    # Environments
    ("GET", "~/envs", "list_environments_v2", environment.Environments, "list"),
    ("POST", "~/envs", "create_environment_v2", environment.Environments, "create"),
    ("PUT", "~/envs/{env_id}", "update_environment_v2", environment.Environments, "update"),
    ("DELETE", "~/envs/{env_id}", "delete_environment_v2", environment.Environments, "destroy"),
    # Environment variables
    ("GET", "~/env-variables", "list_environment_variables_v2", variable.Variables, "list"),
    ("POST", "~/env-variables", "create_environment_variable_v2", variable.Variables, "create"),
    ("GET", "~/env-variables/{env_variable_id}", "show_details_of_environment_variable_v2", variable.Variables, "retrieve"),
    ("PUT", "~/env-variables/{env_variable_id}", "update_environment_variable_v2", variable.Variables, "update"),
    ("DELETE", "~/env-variables/{env_variable_id}", "delete_environment_variable_v2", variable.Variables, "destroy"),
    # OpenAPI import / export
    ("POST", "~/openapi/async-export", "export_api_definitions_async", unsupported.Later, "create"),
    ("POST", "~/openapi/async-import", "import_api_definitions_async", unsupported.Later, "create"),
    ("POST", "~/openapi/export", "export_api_definitions_v2", unsupported.Later, "create"),
    ("POST", "~/openapi/import", "import_api_definitions_v2", unsupported.Later, "create"),
    # Async tasks
    ("GET", "~/async-tasks/{task_id}", "show_async_task_result", unsupported.Later, "retrieve"),
    # Microservice import
    ("POST", "~/microservice/import", "import_microservice", unsupported.CloudOnly, "create"),
    # Resource overview
    ("GET", "~/resources/outline/apis", "list_api_quantities_v2", outline.Apis, "list"),
    ("GET", "~/resources/outline/apps", "list_app_quantities_v2", outline.Apps, "list"),
    ("GET", "~/resources/outline/groups", "list_api_groups_quantities_v2", outline.Groups, "list"),
    # Apps (credentials)
    ("GET", "~/apps", "list_apps_v2", app.Apps, "list"),
    ("POST", "~/apps", "create_an_app_v2", app.Apps, "create"),
    ("GET", "~/apps/{app_id}", "show_details_of_app_v2", app.Apps, "retrieve"),
    ("PUT", "~/apps/{app_id}", "update_app_v2", app.Apps, "update"),
    ("DELETE", "~/apps/{app_id}", "delete_app_v2", app.Apps, "destroy"),
    ("PUT", "~/apps/secret/{app_id}", "resetting_app_secret_v2", app.Apps, "reset"),
    ("GET", "~/apps/validation/{app_id}", "check_app_v2", app.Apps, "check"),
    # AppCodes
    ("GET", "~/apps/{app_id}/app-codes", "list_app_codes_v2", app_code.AppCodes, "list"),
    ("POST", "~/apps/{app_id}/app-codes", "create_app_code_v2", app_code.AppCodes, "create"),
    ("PUT", "~/apps/{app_id}/app-codes", "create_app_code_auto_v2", app_code.AppCodes, "generate"),
    ("GET", "~/apps/{app_id}/app-codes/{app_code_id}", "show_details_of_app_code_v2", app_code.AppCodes, "retrieve"),
    ("DELETE", "~/apps/{app_id}/app-codes/{app_code_id}", "delete_app_code_v2", app_code.AppCodes, "destroy"),
    # AI API keys
    ("GET", "~/apps/{app_id}/ai-api-keys", "list_ai_api_keys", unsupported.Later, "list"),
    ("POST", "~/apps/{app_id}/ai-api-keys", "create_ai_api_key", unsupported.Later, "create"),
    ("GET", "~/apps/{app_id}/ai-api-keys/{ai_api_key_id}", "show_details_of_ai_api_key", unsupported.Later, "retrieve"),
    ("DELETE", "~/apps/{app_id}/ai-api-keys/{ai_api_key_id}", "delete_ai_api_key", unsupported.Later, "destroy"),
    # App authorisation
    ("POST", "~/app-auths", "create_authorizing_apps_v2", app_auth.AppAuths, "create"),
    ("GET", "~/app-auths/binded-apis", "list_apis_binded_to_app_v2", app_auth.BoundApis, "list"),
    ("GET", "~/app-auths/binded-apps", "list_apps_binded_to_api_v2", app_auth.BoundApps, "list"),
    ("GET", "~/app-auths/unbinded-apis", "list_apis_unbinded_to_app_v2", app_auth.FreeApis, "list"),
    ("DELETE", "~/app-auths/{app_auth_id}", "canceling_authorization_v2", app_auth.AppAuths, "destroy"),
    # Credential quotas
    ("GET", "~/app-quotas", "list_app_quotas", app_quota.AppQuotas, "list"),
    ("POST", "~/app-quotas", "create_app_quota", app_quota.AppQuotas, "create"),
    ("GET", "~/app-quotas/{app_quota_id}", "show_app_quota", app_quota.AppQuotas, "retrieve"),
    ("PUT", "~/app-quotas/{app_quota_id}", "update_app_quota", app_quota.AppQuotas, "update"),
    ("DELETE", "~/app-quotas/{app_quota_id}", "delete_app_quota", app_quota.AppQuotas, "destroy"),
    ("GET", "~/app-quotas/{app_quota_id}/bindable-apps", "list_app_quota_bindable_apps", app_quota.QuotaApps, "free"),
    ("POST", "~/app-quotas/{app_quota_id}/binding-apps", "associate_apps_for_app_quota", app_quota.QuotaApps, "bind"),
    ("GET", "~/app-quotas/{app_quota_id}/bound-apps", "list_app_quota_bound_apps", app_quota.QuotaApps, "list"),
    ("GET", "~/apps/{app_id}/bound-quota", "show_app_bound_app_quota", app_quota.AppQuotas, "of_app"),
    ("DELETE", "~/app-quotas/{app_quota_id}/bound-apps/{app_id}", "disassociate_app_quota_with_app", app_quota.QuotaApps, "destroy"),
    # Credential access control
    ("GET", "~/apps/{app_id}/app-acl", "show_details_of_app_acl", app_acl.AppAcls, "retrieve"),
    ("PUT", "~/apps/{app_id}/app-acl", "update_app_acl", app_acl.AppAcls, "update"),
    ("DELETE", "~/apps/{app_id}/app-acl", "delete_app_acl", app_acl.AppAcls, "destroy"),
    # Custom authorizers
    ("GET", "~/authorizers", "list_custom_authorizers_v2", authorizer.Authorizers, "list"),
    ("POST", "~/authorizers", "create_custom_authorizer_v2", authorizer.Authorizers, "create"),
    ("GET", "~/authorizers/{authorizer_id}", "show_details_of_custom_authorizers_v2", authorizer.Authorizers, "retrieve"),
    ("PUT", "~/authorizers/{authorizer_id}", "update_custom_authorizer_v2", authorizer.Authorizers, "update"),
    ("DELETE", "~/authorizers/{authorizer_id}", "delete_custom_authorizer_v2", authorizer.Authorizers, "destroy"),
    # Throttle policies
    ("GET", "~/throttles", "list_request_throttling_policy_v2", throttle.Throttles, "list"),
    ("POST", "~/throttles", "create_request_throttling_policy_v2", throttle.Throttles, "create"),
    ("GET", "~/throttles/{throttle_id}", "show_details_of_request_throttling_policy_v2", throttle.Throttles, "retrieve"),
    ("PUT", "~/throttles/{throttle_id}", "update_request_throttling_policy_v2", throttle.Throttles, "update"),
    ("DELETE", "~/throttles/{throttle_id}", "delete_request_throttling_policy_v2", throttle.Throttles, "destroy"),
    # Throttle bindings
    ("POST", "~/throttle-bindings", "associate_request_throttling_policy_v2", throttle.ThrottleBindings, "create"),
    ("PUT", "~/throttle-bindings", "batch_disassociate_throttling_policy_v2", throttle.ThrottleBindings, "unbind"),
    ("GET", "~/throttle-bindings/binded-apis", "list_apis_binded_to_request_throttling_policy_v2", throttle.ThrottleBindings, "of_policy"),
    ("GET", "~/throttle-bindings/binded-throttles", "list_request_throttling_policies_binded_to_api_v2", throttle.ThrottleBindings, "of_api"),
    ("GET", "~/throttle-bindings/unbinded-apis", "list_apis_unbinded_to_request_throttling_policy_v2", throttle.ThrottleBindings, "free"),
    ("DELETE", "~/throttle-bindings/{throttle_binding_id}", "disassociate_request_throttling_policy_v2", throttle.ThrottleBindings, "destroy"),
    # Excluded (special) throttles
    ("GET", "~/throttles/{throttle_id}/throttle-specials", "list_special_throttling_configurations_v2", throttle.Specials, "list"),
    ("POST", "~/throttles/{throttle_id}/throttle-specials", "create_special_throttling_configuration_v2", throttle.Specials, "create"),
    ("PUT", "~/throttles/{throttle_id}/throttle-specials/{strategy_id}", "update_special_throttling_configuration_v2", throttle.Specials, "update"),
    ("DELETE", "~/throttles/{throttle_id}/throttle-specials/{strategy_id}", "delete_special_throttling_configuration_v2", throttle.Specials, "destroy"),
    # ACL policies
    ("GET", "~/acls", "list_acl_strategies_v2", acl.Acls, "list"),
    ("POST", "~/acls", "create_acl_strategy_v2", acl.Acls, "create"),
    ("PUT", "~/acls", "batch_delete_acl_v2", acl.Acls, "remove"),
    ("GET", "~/acls/{acl_id}", "show_details_of_acl_policy_v2", acl.Acls, "retrieve"),
    ("PUT", "~/acls/{acl_id}", "update_acl_strategy_v2", acl.Acls, "update"),
    ("DELETE", "~/acls/{acl_id}", "delete_acl_v2", acl.Acls, "destroy"),
    # ACL bindings
    ("POST", "~/acl-bindings", "create_api_acl_binding_v2", acl.AclBindings, "create"),
    ("PUT", "~/acl-bindings", "batch_delete_api_acl_binding_v2", acl.AclBindings, "unbind"),
    ("GET", "~/acl-bindings/binded-acls", "list_acl_policy_binded_to_api_v2", acl.AclBindings, "of_api"),
    ("GET", "~/acl-bindings/binded-apis", "list_apis_binded_to_acl_policy_v2", acl.AclBindings, "of_policy"),
    ("GET", "~/acl-bindings/unbinded-apis", "list_apis_unbinded_to_acl_policy_v2", acl.AclBindings, "free"),
    ("DELETE", "~/acl-bindings/{acl_bindings_id}", "delete_api_acl_binding_v2", acl.AclBindings, "destroy"),
    # Signature keys
    ("GET", "~/signs", "list_signature_keys_v2", sign.Signs, "list"),
    ("POST", "~/signs", "create_signature_key_v2", sign.Signs, "create"),
    ("PUT", "~/signs/{sign_id}", "update_signature_key_v2", sign.Signs, "update"),
    ("DELETE", "~/signs/{sign_id}", "delete_signature_key_v2", sign.Signs, "destroy"),
    # Signature-key bindings
    ("POST", "~/sign-bindings", "associate_signature_key_v2", sign.SignBindings, "create"),
    ("GET", "~/sign-bindings/binded-apis", "list_apis_binded_to_signature_key_v2", sign.SignBindings, "of_policy"),
    ("GET", "~/sign-bindings/binded-signs", "list_signature_keys_binded_to_api_v2", sign.SignBindings, "of_api"),
    ("GET", "~/sign-bindings/unbinded-apis", "list_apis_not_bound_with_signature_key_v2", sign.SignBindings, "free"),
    ("DELETE", "~/sign-bindings/{sign_bindings_id}", "disassociate_signature_key_v2", sign.SignBindings, "destroy"),
    # Plugins
    ("GET", "~/plugins", "list_plugins", plugin.Plugins, "list"),
    ("POST", "~/plugins", "create_plugin", plugin.Plugins, "create"),
    ("GET", "~/plugins/{plugin_id}", "show_plugin", plugin.Plugins, "retrieve"),
    ("PUT", "~/plugins/{plugin_id}", "update_plugin", plugin.Plugins, "update"),
    ("DELETE", "~/plugins/{plugin_id}", "delete_plugin", plugin.Plugins, "destroy"),
    ("GET", "~/apis/{api_id}/attachable-plugins", "list_api_attachable_plugins", plugin.Attachable, "plugins"),
    ("GET", "~/apis/{api_id}/attached-plugins", "list_api_attached_plugins", plugin.Attached, "plugins"),
    ("POST", "~/plugins/{plugin_id}/attach", "attach_api_to_plugin", plugin.Attached, "attach"),
    ("GET", "~/plugins/{plugin_id}/attachable-apis", "list_plugin_attachable_apis", plugin.Attachable, "apis"),
    ("GET", "~/plugins/{plugin_id}/attached-apis", "list_plugin_attached_apis", plugin.Attached, "apis"),
    ("PUT", "~/plugins/{plugin_id}/detach", "detach_api_from_plugin", plugin.Attached, "detach"),
    ("POST", "~/apis/{api_id}/plugins/attach", "attach_plugin_to_api", plugin.Attached, "attach"),
    ("PUT", "~/apis/{api_id}/plugins/detach", "detach_plugin_from_api", plugin.Attached, "detach"),
    # Orchestration rules
    ("GET", "~/orchestrations", "list_orchestrations", unsupported.Later, "list"),
    ("POST", "~/orchestrations", "create_orchestration", unsupported.Later, "create"),
    ("GET", "~/orchestrations/{orchestration_id}", "show_details_of_orchestration", unsupported.Later, "retrieve"),
    ("PUT", "~/orchestrations/{orchestration_id}", "update_orchestration", unsupported.Later, "update"),
    ("DELETE", "~/orchestrations/{orchestration_id}", "delete_orchestration", unsupported.Later, "destroy"),
    ("GET", "~/orchestrations/{orchestration_id}/attached-apis", "list_orchestration_attached_apis", unsupported.Later, "list"),
    # VPC (load-balance) channels
    ("GET", "~/vpc-channels", "list_vpc_channels_v2", unsupported.Later, "list"),
    ("POST", "~/vpc-channels", "create_vpc_channel_v2", unsupported.Later, "create"),
    ("GET", "~/vpc-channels/{vpc_channel_id}", "show_details_of_vpc_channel_v2", unsupported.Later, "retrieve"),
    ("PUT", "~/vpc-channels/{vpc_channel_id}", "update_vpc_channel_v2", unsupported.Later, "update"),
    ("DELETE", "~/vpc-channels/{vpc_channel_id}", "delete_vpc_channel_v2", unsupported.Later, "destroy"),
    ("PUT", "~/vpc-channels/{vpc_channel_id}/health-config", "update_health_check", unsupported.Later, "update"),
    ("GET", "~/vpc-channels/{vpc_channel_id}/member-groups", "list_member_groups", unsupported.Later, "list"),
    ("POST", "~/vpc-channels/{vpc_channel_id}/member-groups", "create_member_group", unsupported.Later, "create"),
    ("GET", "~/vpc-channels/{vpc_channel_id}/members", "list_backend_instances_v2", unsupported.Later, "list"),
    ("POST", "~/vpc-channels/{vpc_channel_id}/members", "adding_backend_instances_v2", unsupported.Later, "create"),
    ("PUT", "~/vpc-channels/{vpc_channel_id}/members", "update_backend_instances_v2", unsupported.Later, "update"),
    ("GET", "~/vpc-channels/{vpc_channel_id}/member-groups/{member_group_id}", "show_details_of_member_group", unsupported.Later, "retrieve"),
    ("PUT", "~/vpc-channels/{vpc_channel_id}/member-groups/{member_group_id}", "update_member_group", unsupported.Later, "update"),
    ("DELETE", "~/vpc-channels/{vpc_channel_id}/member-groups/{member_group_id}", "delete_member_group", unsupported.Later, "destroy"),
    ("POST", "~/vpc-channels/{vpc_channel_id}/members/batch-disable", "batch_disable_members", unsupported.Later, "create"),
    ("POST", "~/vpc-channels/{vpc_channel_id}/members/batch-enable", "batch_enable_members", unsupported.Later, "create"),
    ("DELETE", "~/vpc-channels/{vpc_channel_id}/members/{member_id}", "delete_backend_instance_v2", unsupported.Later, "destroy"),
    # Monitoring
    ("GET", "~/metric-data", "list_metric_data", unsupported.MetricData, "list"),
    ("GET", "~/statistics/api/latest", "list_lately_api_statistics_v2", unsupported.Later, "list"),
    ("GET", "~/statistics/group/latest", "list_lately_group_statistics_v2", unsupported.Later, "list"),
))
# fmt: on

urlpatterns = [*patterns(OPERATIONS), path("", include("console.rest.fgs.urls"))]
