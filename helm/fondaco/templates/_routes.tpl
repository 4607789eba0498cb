{{/*
Which role serves which path, as JSON: {"store": [{"path", "role"}], "admin": […]}. The longest prefix wins, in Ingress as
in the Gateway API. The application has the same mapping and answers 404 for paths of other roles.
*/}}
{{- define "fondaco.routes" -}}
{{- $enabled := splitList "," (include "fondaco.enabledRoles" .) }}
{{- $all := dict
  "store" (list
    (dict "path" "/store/v1/products" "role" "browse")
    (dict "path" "/store/v1/categories" "role" "browse")
    (dict "path" "/store/v1" "role" "buy"))
  "admin" (list
    (dict "path" "/admin/v1" "role" "admin")) }}
{{- $served := dict }}
{{- range $door, $paths := $all }}
{{- $mine := list }}
{{- range $paths }}
{{- $role := has "all" $enabled | ternary "all" .role }}
{{- if has $role $enabled }}
{{- $mine = append $mine (dict "path" .path "role" $role) }}
{{- end }}
{{- end }}
{{- if has "all" $enabled }}
{{- $mine = list (last $mine) }}
{{- end }}
{{- $_ := set $served $door $mine }}
{{- end }}
{{- toJson $served }}
{{- end }}
