{{/* Cluster.spec. */}}
{{- define "fondaco.cnpgSpec" -}}
{{- $cnpg := .Values.database.cnpg }}
{{- $name := include "fondaco.cnpgName" . }}
{{- $plugin := "barman-cloud.cloudnative-pg.io" -}}
instances: {{ $cnpg.instances }}
imageName: {{ $cnpg.imageName }}
# Planned change of the primary: a replica is promoted, then the old primary is restarted.
primaryUpdateStrategy: unsupervised
primaryUpdateMethod: switchover
enablePDB: true
storage:
  size: {{ $cnpg.storage.size }}
  {{- with $cnpg.storage.storageClass }}
  storageClass: {{ . }}
  {{- end }}
{{- if $cnpg.walStorage.size }}
walStorage:
  size: {{ $cnpg.walStorage.size }}
  {{- with $cnpg.walStorage.storageClass }}
  storageClass: {{ . }}
  {{- end }}
{{- end }}
resources:
  {{- toYaml $cnpg.resources | nindent 2 }}
{{- with $cnpg.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
affinity:
  enablePodAntiAffinity: true
  podAntiAffinityType: {{ $cnpg.antiAffinityType }}
  topologyKey: {{ $cnpg.antiAffinityTopologyKey }}
  {{- with $cnpg.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $cnpg.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
postgresql:
  parameters:
    {{- range $key, $value := $cnpg.parameters }}
    {{ $key }}: {{ $value | quote }}
    {{- end }}
  {{- if and $cnpg.synchronous.enabled (gt (int $cnpg.instances) 1) }}
  synchronous:
    method: any
    number: {{ $cnpg.synchronous.number }}
    dataDurability: {{ $cnpg.synchronous.dataDurability }}
  {{- end }}
bootstrap:
  {{- if $cnpg.recovery.enabled }}
  recovery:
    source: origin
    database: fondaco
    owner: fondaco
    {{- with $cnpg.recovery.target }}
    recoveryTarget:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  {{- else }}
  initdb:
    database: fondaco
    owner: fondaco
    encoding: UTF8
    # Sorts by code point and folds case in the same way on every system and in every later release.
    localeProvider: builtin
    builtinLocale: C.UTF-8
    localeCollate: C
    localeCType: C
    dataChecksums: true
    postInitApplicationSQL:
      # Privileges to read WAL positions and statement statistics.
      - GRANT pg_monitor TO fondaco
  {{- end }}
{{- with include "fondaco.replicaSecret" . }}
managed:
  roles:
    - name: {{ $.Values.database.replicaLogin.username }}
      ensure: present
      comment: Reads the replicas for Fondaco
      login: true
      inRoles:
        - pg_read_all_data
        - pg_monitor
      passwordSecret:
        name: {{ . }}
{{- end }}
{{- if $cnpg.backup.enabled }}
plugins:
  - name: {{ $plugin }}
    isWALArchiver: true
    parameters:
      barmanObjectName: {{ $name }}
      serverName: {{ $cnpg.backup.serverName | default $name }}
{{- end }}
{{- if $cnpg.recovery.enabled }}
externalClusters:
  - name: origin
    plugin:
      name: {{ $plugin }}
      parameters:
        barmanObjectName: {{ $cnpg.recovery.objectStore.destinationPath | empty | ternary $name (printf "%s-origin" $name) }}
        serverName: {{ $cnpg.recovery.serverName }}
{{- end }}
{{- end }}
