{{/*
Takes root, name, target, component, annotations, remoteKey, keys, base64 (keys whose values are stored in Base64) and the
type of the Secret.
*/}}
{{- define "fondaco.externalSecret" -}}
apiVersion: {{ .root.Values.externalSecrets.apiVersion }}
kind: ExternalSecret
metadata:
  name: {{ .name }}
  {{- include "fondaco.metadata" (dict "root" .root "component" .component "annotations" .annotations) | nindent 2 }}
spec:
  refreshInterval: {{ .root.Values.externalSecrets.refreshInterval }}
  secretStoreRef:
    name: {{ .root.Values.externalSecrets.secretStoreRef.name }}
    kind: {{ .root.Values.externalSecrets.secretStoreRef.kind }}
  target:
    name: {{ .target }}
    creationPolicy: Owner
    {{- with .type }}
    template:
      type: {{ . }}
    {{- end }}
  data:
    {{- range .keys }}
    - secretKey: {{ . }}
      remoteRef:
        key: {{ $.remoteKey }}
        property: {{ . }}
        {{- if has . ($.base64 | default list) }}
        decodingStrategy: Base64
        {{- end }}
    {{- end }}
{{- end }}
