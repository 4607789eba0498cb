{{/* Rules of NetworkPolicies. */}}

{{/* To any address, because a node-local DNS cache has a link-local address. */}}
{{- define "fondaco.egressDns" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{- define "fondaco.egressDatabase" -}}
{{- if eq .Values.database.mode "cnpg" -}}
- to:
    - podSelector:
        matchLabels:
          cnpg.io/cluster: {{ include "fondaco.cnpgName" . }}
  ports:
    - port: 5432
      protocol: TCP
{{- else -}}
- {{ with .Values.networkPolicy.databaseTo }}to:
    {{- toYaml . | nindent 4 }}
  {{ end }}ports:
    {{- range .Values.networkPolicy.databasePorts }}
    - port: {{ int . }}
      protocol: TCP
    {{- end }}
{{- end }}
{{- end }}
