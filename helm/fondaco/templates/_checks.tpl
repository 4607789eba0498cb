{{/*
Checks that the schema cannot express: values that contradict each other. Included by the Deployments, so always.
*/}}

{{- define "fondaco.checks" -}}
{{- $enabled := splitList "," (include "fondaco.enabledRoles" .) }}
{{- if not (first $enabled) }}
{{- fail "roles: enable at least one: all, browse, buy, admin or worker" }}
{{- end }}

{{- range $role := $enabled }}
{{- $settings := mustMergeOverwrite (deepCopy $.Values.roleDefaults) (index $.Values.roles $role) }}
{{- if and $settings.autoscaling.enabled $settings.keda.enabled }}
{{- fail (printf "roles.%s: autoscaling and keda conflict; enable one of them" $role) }}
{{- end }}
{{- if and $settings.keda.enabled (not (has $role (list "all" "worker"))) }}
{{- fail (printf "roles.%s.keda: only workers process the backlog of events" $role) }}
{{- end }}
{{- $maxCheckouts := int (index $.Values.settings "fondaco.admission.max-checkouts" | default 12) }}
{{- if and (has $role (list "all" "buy")) (le (int $settings.databasePool.primary) $maxCheckouts) }}
{{- fail (printf "roles.%s.databasePool.primary must be more than %d (fondaco.admission.max-checkouts), or checkouts in progress wait for each other's connections" $role $maxCheckouts) }}
{{- end }}
{{- if and $settings.autoscaling.enabled (gt (int $settings.autoscaling.minReplicas) (int $settings.autoscaling.maxReplicas)) }}
{{- fail (printf "roles.%s.autoscaling: minReplicas is more than maxReplicas" $role) }}
{{- end }}
{{- end }}

{{- $shutdown := .Values.shutdown }}
{{- if le (int $shutdown.terminationGracePeriodSeconds) (add (int $shutdown.preStopSeconds) (int $shutdown.delaySeconds) (int $shutdown.timeoutSeconds)) }}
{{- fail "shutdown.terminationGracePeriodSeconds must be more than preStopSeconds, delaySeconds and timeoutSeconds together, or requests are cut off" }}
{{- end }}

{{- if and .Values.tracing.enabled (not .Values.tracing.endpoint) }}
{{- fail "tracing.endpoint is needed with tracing.enabled: the collector of traces" }}
{{- end }}

{{- $database := .Values.database }}
{{- if eq $database.mode "external" }}
{{- if not $database.external.primaryUrl }}
{{- fail "database.external.primaryUrl is needed with database.mode=external" }}
{{- end }}
{{- if not (include "fondaco.databaseSecret" .) }}
{{- fail "database.external.existingSecret is needed with database.mode=external: the Secret with the owner's login" }}
{{- end }}
{{- if and (hasPrefix "verify-" $database.sslMode) (not $database.external.caSecret) (not (contains "sslmode=" $database.external.primaryUrl)) }}
{{- fail (printf "database.external.caSecret is needed with sslMode=%s; sslMode=require encrypts without authenticating the server" $database.sslMode) }}
{{- end }}
{{- else }}
{{- if eq $database.sslMode "verify-full" }}
{{- fail "database.sslMode=verify-full is not possible with cnpg: connections use the servers' addresses, which no certificate names; use verify-ca" }}
{{- end }}
{{- if and $database.cnpg.synchronous.enabled (gt (int $database.cnpg.instances) 1) (ge (int $database.cnpg.synchronous.number) (int $database.cnpg.instances)) }}
{{- fail "database.cnpg.synchronous.number must be less than instances" }}
{{- end }}
{{- if and $database.cnpg.backup.enabled (not $database.cnpg.backup.objectStore.destinationPath) }}
{{- fail "database.cnpg.backup.objectStore.destinationPath is needed with backups" }}
{{- end }}
{{- if $database.cnpg.recovery.enabled }}
{{- if not $database.cnpg.recovery.serverName }}
{{- fail "database.cnpg.recovery.serverName is needed: the name under which the lost cluster was archived" }}
{{- end }}
{{- if not (or $database.cnpg.recovery.objectStore.destinationPath $database.cnpg.backup.objectStore.destinationPath) }}
{{- fail "database.cnpg.recovery.objectStore is needed, or that of backup" }}
{{- end }}
{{- if and $database.cnpg.backup.enabled (eq $database.cnpg.recovery.serverName ($database.cnpg.backup.serverName | default (include "fondaco.cnpgName" .))) }}
{{- fail "database.cnpg.backup.serverName must not be that of the lost cluster: its archive would be overwritten" }}
{{- end }}
{{- end }}
{{- end }}
{{- include "fondaco.checkConnections" . }}

{{- if .Values.mail.enabled }}
{{- if or (not .Values.mail.from) (not .Values.mail.host) }}
{{- fail "mail.from and mail.host are needed with mail.enabled" }}
{{- end }}
{{- end }}

{{- $kafka := .Values.kafka }}
{{- if and (eq $kafka.mode "external") (not $kafka.bootstrapServers) }}
{{- fail "kafka.bootstrapServers is needed with kafka.mode=external" }}
{{- end }}
{{- if and (eq $kafka.mode "strimzi") (not $kafka.strimzi.clusterName) }}
{{- fail "kafka.strimzi.clusterName is needed with kafka.mode=strimzi" }}
{{- end }}
{{- if and (ne $kafka.mode "none") (hasPrefix "SASL" $kafka.securityProtocol) (not (include "fondaco.kafkaSecret" .)) }}
{{- fail "kafka.sasl.existingSecret is needed with kafka.securityProtocol=SASL_…" }}
{{- end }}

{{- if and .Values.externalSecrets.enabled (not .Values.externalSecrets.secretStoreRef.name) }}
{{- fail "externalSecrets.secretStoreRef.name is needed with externalSecrets.enabled" }}
{{- end }}

{{- range $door := list "store" "admin" }}
{{- if and (index $.Values.httpRoute $door).enabled (not (index $.Values.httpRoute $door).parentRefs) }}
{{- fail (printf "httpRoute.%s.parentRefs is needed: the Gateway" $door) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Any server may become the primary, so each must allow the connections to the primary: for every pod the pool of the
primary, the fallback reads, one for the invalidation log reader, and one for the node monitor. For each role one pod is
added to the maximum, because a rolling update starts one more.
*/}}
{{- define "fondaco.checkConnections" -}}
{{- $limit := int .Values.database.external.maxConnections }}
{{- if eq .Values.database.mode "cnpg" }}
{{- $limit = int (index .Values.database.cnpg.parameters "max_connections" | default "100") }}
{{- end }}
{{- if gt $limit 0 }}
{{- $needed := int .Values.database.reservedConnections }}
{{- range $role := splitList "," (include "fondaco.enabledRoles" .) }}
{{- $settings := mustMergeOverwrite (deepCopy $.Values.roleDefaults) (index $.Values.roles $role) }}
{{- $pods := int $settings.replicas }}
{{- if $settings.autoscaling.enabled }}
{{- $pods = int $settings.autoscaling.maxReplicas }}
{{- else if $settings.keda.enabled }}
{{- $pods = int $settings.keda.maxReplicas }}
{{- end }}
{{- $reading := int $settings.databasePool.replica }}
{{- $fallback := include "fondaco.replicaUrls" $ | empty | ternary $reading (int (index $.Values.settings "fondaco.database.fallback-limit" | default 8)) }}
{{- $onPrimary := add (int $settings.databasePool.primary) $fallback 2 }}
{{- $onReplica := add $reading 1 }}
{{- $needed = add $needed (mul (add $pods 1) (max $onPrimary $onReplica)) }}
{{- end }}
{{- if gt (int $needed) $limit }}
{{- fail (printf "The pods may open %d connections to one server (with %d reserved), but it allows %d: lower databasePool or maxReplicas, or raise max_connections" (int $needed) (int .Values.database.reservedConnections) $limit) }}
{{- end }}
{{- end }}
{{- end }}
