{{/* Parts of pods. */}}

{{/* The migration mode: job, pod or none. */}}
{{- define "fondaco.migrationMode" -}}
{{- if ne .Values.migration.mode "auto" }}
{{- .Values.migration.mode }}
{{- else if and (eq .Values.database.mode "cnpg") .Release.IsInstall }}
{{- /* The release creates its database: before the installation there is none to migrate, and a hook after the
installation would deadlock with "helm --wait", which waits for pods that wait for the hook. Tools that only template
(Argo CD) always use this mode. */ -}}
pod
{{- else -}}
job
{{- end }}
{{- end }}

{{/* Adds the TLS options to a URL. Takes root and url. */}}
{{- define "fondaco.urlWithTls" -}}
{{- $mode := .root.Values.database.sslMode }}
{{- if contains "sslmode=" .url }}
{{- .url }}
{{- else }}
{{- $root := hasPrefix "verify-" $mode | ternary "&sslrootcert=/etc/fondaco/database/ca.crt" "" }}
{{- printf "%s%ssslmode=%s%s" .url (contains "?" .url | ternary "&" "?") $mode $root }}
{{- end }}
{{- end }}

{{- define "fondaco.primaryUrl" -}}
{{- $url := .Values.database.external.primaryUrl }}
{{- if eq .Values.database.mode "cnpg" }}
{{- $url = printf "jdbc:postgresql://%s-rw:5432/fondaco" (include "fondaco.cnpgName" .) }}
{{- end }}
{{- include "fondaco.urlWithTls" (dict "root" . "url" $url) }}
{{- end }}

{{/*
With CloudNativePG the -ro service is not used: it is a load balancer, behind which Fondaco cannot know the server of a
read, and so not whether that server satisfies the consistency token. The headless service of this chart has the address
of each server.
*/}}
{{- define "fondaco.replicaUrls" -}}
{{- $urls := .Values.database.external.replicaUrls }}
{{- if eq .Values.database.mode "cnpg" }}
{{- $urls = gt (int .Values.database.cnpg.instances) 1 | ternary (list (printf "jdbc:postgresql://%s-nodes:5432/fondaco" (include "fondaco.cnpgName" .))) list }}
{{- end }}
{{- $complete := list }}
{{- range $urls }}
{{- $complete = append $complete (include "fondaco.urlWithTls" (dict "root" $ "url" .)) }}
{{- end }}
{{- join "," $complete }}
{{- end }}

{{/* A variable from a Secret. Takes name, secret, key. */}}
{{- define "fondaco.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}

{{/*
The name of the Secret of a concern: an existing one, or one that External Secrets creates, or none. Takes root, concern,
value.
*/}}
{{- define "fondaco.secretName" -}}
{{- if .value.existingSecret }}
{{- .value.existingSecret }}
{{- else if and .root.Values.externalSecrets.enabled .value.remoteKey }}
{{- printf "%s-%s" (include "fondaco.fullname" .root) .concern }}
{{- end }}
{{- end }}

{{- define "fondaco.databaseSecret" -}}
{{- if eq .Values.database.mode "cnpg" }}
{{- printf "%s-app" (include "fondaco.cnpgName" .) }}
{{- else }}
{{- include "fondaco.secretName" (dict "root" . "concern" "database" "value" .Values.database.external) }}
{{- end }}
{{- end }}

{{- define "fondaco.replicaSecret" -}}
{{- include "fondaco.secretName" (dict "root" . "concern" "database-replica" "value" .Values.database.replicaLogin) }}
{{- end }}

{{- define "fondaco.databaseCaSecret" -}}
{{- if hasPrefix "verify-" .Values.database.sslMode }}
{{- if eq .Values.database.mode "cnpg" }}
{{- dig "certificates" "serverCASecret" (printf "%s-ca" (include "fondaco.cnpgName" .)) .Values.database.cnpg.extraSpec }}
{{- else }}
{{- .Values.database.external.caSecret }}
{{- end }}
{{- end }}
{{- end }}

{{/* URL and login of the owner for the primary. Takes root and secret. */}}
{{- define "fondaco.primaryEnv" -}}
{{- $external := .root.Values.database.external }}
{{- $cnpg := eq .root.Values.database.mode "cnpg" -}}
- name: FONDACO_DATABASE_PRIMARY_URL
  value: {{ include "fondaco.primaryUrl" .root | quote }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_DATABASE_USERNAME" "secret" .secret "key" ($cnpg | ternary "username" $external.usernameKey)) }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_DATABASE_PASSWORD" "secret" .secret "key" ($cnpg | ternary "password" $external.passwordKey)) }}
{{- end }}

{{- define "fondaco.replicaEnv" -}}
{{- $replicas := include "fondaco.replicaUrls" . }}
{{- with $replicas }}
- name: FONDACO_DATABASE_REPLICA_URLS
  value: {{ . | quote }}
{{- if eq $.Values.database.mode "cnpg" }}
# The headless service does not list a lost replica, so the expected number must be set.
- name: FONDACO_DATABASE_REPLICAS_EXPECTED
  value: {{ sub (int $.Values.database.cnpg.instances) 1 | quote }}
# The -rw Service routes new connections to the new primary; pods detect a failover at the promoted server.
- name: FONDACO_DATABASE_REPLICAS_MAY_BE_PROMOTED
  value: "true"
{{- end }}
{{- end }}
{{- with include "fondaco.replicaSecret" . }}
{{- $login := $.Values.database.replicaLogin }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_DATABASE_REPLICA_USERNAME" "secret" . "key" $login.usernameKey) }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_DATABASE_REPLICA_PASSWORD" "secret" . "key" $login.passwordKey) }}
{{- end }}
{{- end }}

{{- define "fondaco.secretsEnv" -}}
{{- $variables := dict "consistency" "FONDACO_DATABASE_CONSISTENCY_SECRET" "admission" "FONDACO_ADMISSION_SECRET" "webhook" "FONDACO_WEBHOOK_SECRET_KEY" "bootstrapKey" "FONDACO_ACCESS_BOOTSTRAP_KEY" }}
{{- range $concern := list "consistency" "admission" "webhook" "bootstrapKey" }}
{{- $value := index $.Values.secrets $concern }}
{{- with include "fondaco.secretName" (dict "root" $ "concern" (kebabcase $concern) "value" $value) }}
{{ include "fondaco.secretEnv" (dict "name" (get $variables $concern) "secret" . "key" $value.key) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fondaco.stripeEnv" -}}
{{- $stripe := .Values.payment.stripe }}
{{- with include "fondaco.secretName" (dict "root" . "concern" "stripe" "value" $stripe) }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_PAYMENT_STRIPE_API_KEY" "secret" . "key" $stripe.apiKeyKey) }}
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_PAYMENT_STRIPE_WEBHOOK_SECRETS" "secret" . "key" $stripe.webhookSecretsKey) }}
- name: FONDACO_PAYMENT_STRIPE_CAPTURE
  value: {{ $stripe.capture }}
{{- with $stripe.returnUrl }}
- name: FONDACO_PAYMENT_STRIPE_RETURN_URL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fondaco.mailEnv" -}}
{{- $mail := .Values.mail }}
{{- if $mail.enabled }}
- name: FONDACO_MAIL_ENABLED
  value: "true"
- name: FONDACO_MAIL_FROM
  value: {{ $mail.from | quote }}
{{- with $mail.replyTo }}
- name: FONDACO_MAIL_REPLY_TO
  value: {{ . | quote }}
{{- end }}
- name: FONDACO_MAIL_SHOP_NAME
  value: {{ $mail.shopName | quote }}
- name: QUARKUS_MAILER_HOST
  value: {{ $mail.host | quote }}
- name: QUARKUS_MAILER_PORT
  value: {{ $mail.port | int | quote }}
- name: QUARKUS_MAILER_START_TLS
  value: {{ $mail.startTls }}
- name: QUARKUS_MAILER_TLS
  value: {{ $mail.tls | quote }}
{{- with include "fondaco.secretName" (dict "root" . "concern" "mail" "value" $mail) }}
{{ include "fondaco.secretEnv" (dict "name" "QUARKUS_MAILER_USERNAME" "secret" . "key" $mail.usernameKey) }}
{{ include "fondaco.secretEnv" (dict "name" "QUARKUS_MAILER_PASSWORD" "secret" . "key" $mail.passwordKey) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fondaco.cacheKeystoreSecret" -}}
{{- if and .Values.cache.enabled .Values.cache.cluster.enabled }}
{{- include "fondaco.secretName" (dict "root" . "concern" "cache-keystore" "value" .Values.cache.cluster.tls) }}
{{- end }}
{{- end }}

{{- define "fondaco.cacheEnv" -}}
{{- $cache := .Values.cache -}}
- name: FONDACO_CACHE_ENABLED
  value: {{ $cache.enabled | quote }}
- name: FONDACO_CACHE_MAX_BYTES
  value: {{ $cache.maxBytes | int64 | quote }}
{{- if ne $cache.sharedMaxAge "0s" }}
- name: FONDACO_CACHE_SHARED_MAX_AGE
  value: {{ $cache.sharedMaxAge }}
{{- end }}
{{- with $cache.surrogateKeyHeader }}
- name: FONDACO_CACHE_SURROGATE_KEY_HEADER
  value: {{ . }}
{{- end }}
{{- if and $cache.enabled $cache.cluster.enabled }}
- name: FONDACO_CACHE_CLUSTER_DNS
  value: {{ include "fondaco.fullname" . }}-cache
# The address of this pod in the headless service. By default JGroups would choose private IPv4 addresses only.
- name: FONDACO_CACHE_CLUSTER_BIND_ADDRESS
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: FONDACO_CACHE_CLUSTER_BIND_PORT
  value: {{ $cache.cluster.port | int | quote }}
- name: FONDACO_CACHE_CLUSTER_NAME
  value: {{ include "fondaco.fullname" . }}
{{- with include "fondaco.cacheKeystoreSecret" . }}
- name: FONDACO_CACHE_CLUSTER_KEYSTORE
  value: /etc/fondaco/cache/keystore.p12
{{ include "fondaco.secretEnv" (dict "name" "FONDACO_CACHE_CLUSTER_KEYSTORE_PASSWORD" "secret" . "key" $cache.cluster.tls.passwordKey) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fondaco.kafkaServers" -}}
{{- $kafka := .Values.kafka }}
{{- if ne $kafka.mode "none" }}
{{- $kafka.bootstrapServers | default (printf "%s-kafka-bootstrap:%d" $kafka.strimzi.clusterName (int $kafka.strimzi.port)) }}
{{- end }}
{{- end }}

{{/* The Secret with the login; the User Operator gives it the name of the user. */}}
{{- define "fondaco.kafkaSecret" -}}
{{- if and (ne .Values.kafka.mode "none") (hasPrefix "SASL" .Values.kafka.securityProtocol) }}
{{- $given := include "fondaco.secretName" (dict "root" . "concern" "kafka" "value" .Values.kafka.sasl) }}
{{- $given | default (eq .Values.kafka.mode "strimzi" | ternary (include "fondaco.fullname" .) "") }}
{{- end }}
{{- end }}

{{- define "fondaco.kafkaCaSecret" -}}
{{- if and (ne .Values.kafka.mode "none") (has .Values.kafka.securityProtocol (list "SSL" "SASL_SSL")) }}
{{- $made := printf "%s-cluster-ca-cert" .Values.kafka.strimzi.clusterName }}
{{- .Values.kafka.tls.caSecret | default (eq .Values.kafka.mode "strimzi" | ternary $made "") }}
{{- end }}
{{- end }}

{{- define "fondaco.kafkaEnv" -}}
{{- $kafka := .Values.kafka }}
{{- with include "fondaco.kafkaServers" . }}
- name: FONDACO_KAFKA_BOOTSTRAP_SERVERS
  value: {{ . | quote }}
- name: FONDACO_KAFKA_TOPIC
  value: {{ $kafka.topic }}
{{- end }}
{{- with include "fondaco.kafkaSecret" . }}
{{ include "fondaco.secretEnv" (dict "name" "KAFKA_SASL_JAAS_CONFIG" "secret" . "key" $kafka.sasl.jaasKey) }}
{{- end }}
{{- end }}

{{/* Kafka's connection properties: for the listeners (kafka.*), and for the relay (fondaco.kafka.producer). */}}
{{- define "fondaco.kafkaProperties" -}}
{{- if ne .Values.kafka.mode "none" }}
{{- $kafka := .Values.kafka }}
{{- $settings := dict "security.protocol" $kafka.securityProtocol }}
{{- if include "fondaco.kafkaSecret" . }}
{{- $_ := set $settings "sasl.mechanism" $kafka.sasl.mechanism }}
{{- $_ := set $settings "sasl.jaas.config" "${KAFKA_SASL_JAAS_CONFIG}" }}
{{- end }}
{{- if include "fondaco.kafkaCaSecret" . }}
{{- $_ := set $settings "ssl.truststore.type" "PEM" }}
{{- $_ := set $settings "ssl.truststore.location" "/etc/fondaco/kafka/ca.crt" }}
{{- end }}
{{- range $name, $value := $settings }}
kafka.{{ $name }}={{ $value }}
fondaco.kafka.producer."{{ $name }}"={{ $value }}
{{- end }}
{{- end }}
{{- end }}

{{/* Settings, as lines. Whole numbers are printed as integers, not as 1e+06. */}}
{{- define "fondaco.settingsProperties" -}}
{{- range $name, $value := .Values.settings }}
{{ $name }}={{ if kindIs "float64" $value }}{{ eq (floor $value) $value | ternary (printf "%d" (int64 $value)) (toString $value) }}{{ else }}{{ toString $value | replace "\\" "\\\\" }}{{ end }}
{{- end }}
{{- end }}

{{/* config/application.properties of the pods; may be empty. */}}
{{- define "fondaco.properties" -}}
{{- trim (printf "%s%s" (include "fondaco.settingsProperties" .) (include "fondaco.kafkaProperties" .)) }}
{{- end }}

{{- define "fondaco.logEnv" -}}
- name: QUARKUS_LOG_LEVEL
  value: {{ .Values.log.level }}
- name: QUARKUS_LOG_CONSOLE_JSON_ENABLED
  value: {{ .Values.log.json | quote }}
{{- end }}

{{- define "fondaco.tracingEnv" -}}
{{- if .Values.tracing.enabled }}
- name: QUARKUS_OTEL_SDK_DISABLED
  value: "false"
- name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: QUARKUS_OTEL_TRACES_SAMPLER_ARG
  value: {{ .Values.tracing.ratio | quote }}
- name: FONDACO_TRACING_ACCEPT_CALLER_SAMPLING
  value: {{ .Values.tracing.acceptCallerSampling | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: QUARKUS_OTEL_RESOURCE_ATTRIBUTES
  value: k8s.namespace.name={{ .Release.Namespace }},k8s.pod.name=$(POD_NAME)
{{- end }}
{{- end }}

{{/* The environment of a pod. Takes root, role, and settings: roleDefaults merged with the role's values. */}}
{{- define "fondaco.serverEnv" -}}
{{- $worker := has .role (list "all" "worker") }}
{{- $pays := ne .role "browse" -}}
- name: FONDACO_ROLES
  value: {{ include "fondaco.playedRoles" .role }}
- name: FONDACO_DATABASE_EMBEDDED
  value: "false"
- name: FONDACO_DATABASE_MIGRATE_AT_START
  value: "false"
{{ include "fondaco.primaryEnv" (dict "root" .root "secret" (include "fondaco.databaseSecret" .root)) }}
{{- include "fondaco.replicaEnv" .root }}
- name: QUARKUS_DATASOURCE_PRIMARY_JDBC_MAX_SIZE
  value: {{ .settings.databasePool.primary | int | quote }}
- name: FONDACO_DATABASE_REPLICA_POOL_SIZE
  value: {{ .settings.databasePool.replica | int | quote }}
{{- include "fondaco.secretsEnv" .root }}
{{- if $pays }}
{{- include "fondaco.stripeEnv" .root }}
{{- end }}
{{- if $worker }}
{{- include "fondaco.mailEnv" .root }}
{{- end }}
{{ include "fondaco.cacheEnv" .root }}
{{- include "fondaco.kafkaEnv" .root }}
- name: QUARKUS_HTTP_PORT
  value: "8080"
- name: QUARKUS_SHUTDOWN_DELAY
  value: {{ printf "%ds" (int .root.Values.shutdown.delaySeconds) }}
- name: QUARKUS_SHUTDOWN_TIMEOUT
  value: {{ printf "%ds" (int .root.Values.shutdown.timeoutSeconds) }}
{{ include "fondaco.logEnv" .root }}
{{- include "fondaco.tracingEnv" .root }}
{{- with .settings.jvmOptions }}
- name: JAVA_TOOL_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- with .settings.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
Waits until the database's port is open. With CloudNativePG the -rw Service has no endpoint before the primary is up.
*/}}
{{- define "fondaco.waitForDatabase" -}}
- name: wait-for-database
  image: {{ include "fondaco.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command:
    - bash
    - -ec
    - |
      until for server in ${SERVERS//,/ }; do
        host=${server%:*}; port=${server##*:}; [ "$host" != "$server" ] || port=5432
        timeout 2 bash -c "exec 3<>/dev/tcp/$host/$port" 2>/dev/null && break
      done; do
        echo "No server of the database at $SERVERS yet"
        sleep 2
      done
  env:
    - name: SERVERS
      value: {{ regexReplaceAll "^jdbc:postgresql://([^/]+)/.*$" (include "fondaco.primaryUrl" .) "${1}" | quote }}
  resources:
    requests:
      cpu: 10m
      memory: 32Mi
    limits:
      memory: 32Mi
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
{{- end }}

{{/*
The container that migrates. Takes root, secret, settingsVolume: whether there is one, and servers: whether it is the
init container of the application's pods.
*/}}
{{- define "fondaco.migrate" -}}
- name: migrate
  image: {{ include "fondaco.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - migrate
  env:
    # A role without background work.
    - name: FONDACO_ROLES
      value: browse
    - name: FONDACO_CACHE_ENABLED
      value: "false"
    - name: FONDACO_DATABASE_EMBEDDED
      value: "false"
    {{- include "fondaco.primaryEnv" (dict "root" .root "secret" .secret) | nindent 4 }}
    {{- if .servers }}
    {{- with include "fondaco.kafkaSecret" .root }}
    # Not used, but the pods' configuration refers to it.
    {{- include "fondaco.secretEnv" (dict "name" "KAFKA_SASL_JAAS_CONFIG" "secret" . "key" $.root.Values.kafka.sasl.jaasKey) | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- include "fondaco.logEnv" .root | nindent 4 }}
  resources:
    {{- toYaml .root.Values.migration.resources | nindent 4 }}
  securityContext:
    {{- toYaml .root.Values.securityContext | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- if .settingsVolume }}
    - name: config
      mountPath: /app/config
      readOnly: true
    {{- end }}
    {{- if include "fondaco.databaseCaSecret" .root }}
    - name: database-ca
      mountPath: /etc/fondaco/database
      readOnly: true
    {{- end }}
{{- end }}

{{- define "fondaco.tmpVolume" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmpSizeLimit }}
{{- end }}

{{/* Only the certificate: the Secret of CloudNativePG has the private key as well. */}}
{{- define "fondaco.databaseCaVolume" -}}
{{- with include "fondaco.databaseCaSecret" . }}
- name: database-ca
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: {{ eq $.Values.database.mode "cnpg" | ternary "ca.crt" $.Values.database.external.caKey }}
        path: ca.crt
{{- end }}
{{- end }}

{{/* The common part of all pods, including Jobs and tests. */}}
{{- define "fondaco.podBasics" -}}
automountServiceAccountToken: false
# Kubernetes' variables for the Services of the namespace would look like settings: FONDACO_PORT, KAFKA_PORT.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end }}
