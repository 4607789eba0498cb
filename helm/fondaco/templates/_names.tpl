{{/* Names and labels. */}}

{{- define "fondaco.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters, so that names with a suffix stay within 63. */}}
{{- define "fondaco.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "fondaco.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "fondaco.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The name of a role's Deployment, Service and so on. Takes root and role. */}}
{{- define "fondaco.roleName" -}}
{{- $fullname := include "fondaco.fullname" .root }}
{{- eq .role "all" | ternary $fullname (printf "%s-%s" $fullname .role) }}
{{- end }}

{{- define "fondaco.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "fondaco.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "fondaco.cnpgName" -}}
{{- .Values.database.cnpg.name | default (printf "%s-db" (include "fondaco.fullname" .)) }}
{{- end }}

{{- define "fondaco.image" -}}
{{- $name := .Values.image.repository }}
{{- if .Values.image.registry }}
{{- $name = printf "%s/%s" .Values.image.registry $name }}
{{- end }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $name .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $name (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "fondaco.releaseLabels" -}}
app.kubernetes.io/name: {{ include "fondaco.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of the pods of all Deployments of the release, of every role, and of no other pod: no Job, no test. */}}
{{- define "fondaco.serverLabels" -}}
{{ include "fondaco.releaseLabels" . }}
app.kubernetes.io/part-of: fondaco
{{- end }}

{{/* Takes root and role. Must never change: the selector of a Deployment is immutable. */}}
{{- define "fondaco.selectorLabels" -}}
{{ include "fondaco.serverLabels" .root }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{/* Labels of all objects. Takes root and component, which may be empty. */}}
{{- define "fondaco.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | replace "+" "_" | quote }}
{{ include "fondaco.releaseLabels" .root }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metadata of an object, except its name. Takes root, component, and additional annotations (a map). */}}
{{- define "fondaco.metadata" -}}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "fondaco.labels" (dict "root" .root "component" .component) | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with mergeOverwrite (dict) (.root.Values.commonAnnotations | default dict) (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The roles that have a Deployment, separated by commas. */}}
{{- define "fondaco.enabledRoles" -}}
{{- $enabled := list }}
{{- range $role := list "all" "browse" "buy" "admin" "worker" }}
{{- if (index $.Values.roles $role).enabled }}
{{- $enabled = append $enabled $role }}
{{- end }}
{{- end }}
{{- join "," $enabled }}
{{- end }}

{{/* The value of FONDACO_ROLES for a Deployment. */}}
{{- define "fondaco.playedRoles" -}}
{{- eq . "all" | ternary "browse,buy,admin,worker" . }}
{{- end }}
