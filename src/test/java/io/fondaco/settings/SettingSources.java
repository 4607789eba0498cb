package io.fondaco.settings;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import io.fondaco.SourceFiles;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Reads all {@code fondaco.*} settings from the sources of the application: the methods of {@code @ConfigMapping}
 * interfaces with their Javadoc, and {@code @ConfigProperty} parameters whose key is a constant with a Javadoc.
 */
public final class SettingSources {
    private static final String PREFIX = "fondaco.";
    private static final Pattern GENERIC = Pattern.compile("(\\w+)<(.+)>");
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("String", "text"),
            Map.entry("Path", "directory"),
            Map.entry("boolean", "boolean"),
            Map.entry("Boolean", "boolean"),
            Map.entry("int", "integer"),
            Map.entry("long", "integer"),
            Map.entry("Integer", "integer"),
            Map.entry("OptionalInt", "integer"),
            Map.entry("double", "number"),
            Map.entry("Duration", "duration"),
            Map.entry("ZoneId", "time zone"));

    private final DocTrees docs;
    private final Map<String, List<String>> enums = new HashMap<>();
    private final Map<String, String> constants = new HashMap<>();
    private final Map<String, String> constantDocs = new HashMap<>();
    private final Map<String, Setting> found = new LinkedHashMap<>();

    private SettingSources(DocTrees docs) {
        this.docs = docs;
    }

    /** All settings by module; those of an interface in the order of their declaration. */
    public static List<Setting> read() throws IOException {
        List<SourceText> files = new ArrayList<>();
        SourceFiles.readAll().forEach(text -> files.add(new SourceText(files.size(), text)));
        JavacTask task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of("-proc:none"), null, files);
        SettingSources sources = new SettingSources(DocTrees.instance(task));
        List<CompilationUnitTree> units = new ArrayList<>();
        task.parse().forEach(units::add);
        units.forEach(unit -> sources.new DeclarationScanner().scan(unit, null));
        units.forEach(unit -> sources.new SettingScanner().scan(unit, null));
        return sources.found.values().stream()
                .sorted(Comparator.comparing(SettingSources::module))
                .toList();
    }

    /** {@code fondaco.cart} of {@code fondaco.cart.max-lines}; {@code fondaco.roles} is a module of its own. */
    private static String module(Setting setting) {
        int end = setting.key().indexOf('.', PREFIX.length());
        return end < 0 ? setting.key() : setting.key().substring(0, end);
    }

    private static final class SourceText extends SimpleJavaFileObject {
        private final String text;

        SourceText(int number, String text) {
            super(URI.create("source:///%d.java".formatted(number)), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Collects enumerations and text constants, by simple names. */
    private final class DeclarationScanner extends TreePathScanner<Void, Void> {
        @Override
        public Void visitClass(ClassTree type, Void unused) {
            if (type.getKind() == Tree.Kind.ENUM) {
                enums.put(
                        type.getSimpleName().toString(),
                        type.getMembers().stream()
                                .filter(VariableTree.class::isInstance)
                                .map(VariableTree.class::cast)
                                .filter(member -> member.getType()
                                        .toString()
                                        .equals(type.getSimpleName().toString()))
                                .map(member -> member.getName()
                                        .toString()
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '-'))
                                .toList());
            }
            return super.visitClass(type, unused);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void unused) {
            textOf(variable.getInitializer()).ifPresent(value -> {
                constants.put(enclosingClass(getCurrentPath()).getSimpleName() + "." + variable.getName(), value);
                String doc = value.startsWith(PREFIX) ? markdown(getCurrentPath(), "") : "";
                if (!doc.isEmpty()) {
                    constantDocs.put(value, doc);
                }
            });
            return super.visitVariable(variable, unused);
        }
    }

    private final class SettingScanner extends TreePathScanner<Void, Void> {
        @Override
        public Void visitClass(ClassTree type, Void unused) {
            annotationValue(type.getModifiers(), "ConfigMapping", "prefix", type)
                    .ifPresent(prefix -> addMethods(prefix, getCurrentPath(), nestedTypes(getCurrentPath())));
            return super.visitClass(type, unused);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void unused) {
            ClassTree owner = enclosingClass(getCurrentPath());
            annotationValue(variable.getModifiers(), "ConfigProperty", "name", owner)
                    .filter(key -> key.startsWith(PREFIX))
                    .ifPresent(key -> found.putIfAbsent(
                            key,
                            new Setting(
                                    key,
                                    typeName(key, variable.getType().toString()),
                                    annotationValue(variable.getModifiers(), "ConfigProperty", "defaultValue", owner)
                                            .orElse(""),
                                    constantDocs.getOrDefault(key, ""),
                                    false)));
            return super.visitVariable(variable, unused);
        }
    }

    private void addMethods(String prefix, TreePath type, Map<String, TreePath> nestedTypes) {
        for (Tree member : ((ClassTree) type.getLeaf()).getMembers()) {
            if (!(member instanceof MethodTree method) || method.getBody() != null) {
                continue;
            }
            String key = prefix + "." + toKebabCase(method.getName().toString());
            String returnType = method.getReturnType().toString();
            TreePath nested = nestedTypes.get(returnType);
            if (nested != null) {
                addMethods(key, nested, nestedTypes);
                continue;
            }
            found.put(
                    key,
                    new Setting(
                            key,
                            typeName(key, returnType),
                            annotationValue(method.getModifiers(), "WithDefault", "value", (ClassTree) type.getLeaf())
                                    .orElse(""),
                            markdown(new TreePath(type, method), prefix),
                            returnType.startsWith("Map<")));
        }
    }

    private static Map<String, TreePath> nestedTypes(TreePath type) {
        Map<String, TreePath> nested = new HashMap<>();
        for (Tree member : ((ClassTree) type.getLeaf()).getMembers()) {
            if (member instanceof ClassTree inner && inner.getKind() == Tree.Kind.INTERFACE) {
                nested.put(inner.getSimpleName().toString(), new TreePath(type, inner));
            }
        }
        return nested;
    }

    private static ClassTree enclosingClass(TreePath path) {
        TreePath current = path;
        while (!(current.getLeaf() instanceof ClassTree type)) {
            current = current.getParentPath();
        }
        return type;
    }

    private Optional<String> annotationValue(
            ModifiersTree modifiers, String annotation, String attribute, ClassTree owner) {
        for (AnnotationTree present : modifiers.getAnnotations()) {
            if (!present.getAnnotationType().toString().equals(annotation)) {
                continue;
            }
            for (ExpressionTree argument : present.getArguments()) {
                if (argument instanceof AssignmentTree assignment) {
                    if (assignment.getVariable().toString().equals(attribute)) {
                        return Optional.of(resolve(assignment.getExpression(), owner));
                    }
                } else if (attribute.equals("value")) {
                    return Optional.of(resolve(argument, owner));
                }
            }
        }
        return Optional.empty();
    }

    private String resolve(ExpressionTree expression, ClassTree owner) {
        String name = expression.toString();
        return textOf(expression)
                .or(() -> Optional.ofNullable(constants.get(name)))
                .or(() -> Optional.ofNullable(constants.get(owner.getSimpleName() + "." + name)))
                .orElse(name);
    }

    private static Optional<String> textOf(Tree expression) {
        if (expression instanceof com.sun.source.tree.LiteralTree literal
                && literal.getValue() instanceof String text) {
            return Optional.of(text);
        }
        return Optional.empty();
    }

    private String typeName(String key, String javaType) {
        Matcher generic = GENERIC.matcher(javaType);
        if (generic.matches()) {
            return switch (generic.group(1)) {
                case "Map" -> "text";
                case "Optional" -> typeName(key, generic.group(2));
                default -> "list of " + typeName(key, generic.group(2));
            };
        }
        List<String> values = enums.get(javaType);
        if (values != null) {
            return values.stream().map("`%s`"::formatted).collect(Collectors.joining(", "));
        }
        if (key.endsWith("-bytes")) {
            return "bytes";
        }
        return Optional.ofNullable(TYPES.get(javaType))
                .orElseThrow(() -> new IllegalStateException("%s has the unknown type %s".formatted(key, javaType)));
    }

    /** The Javadoc of a declaration as one line of Markdown. */
    private String markdown(TreePath declaration, String prefix) {
        DocCommentTree comment = docs.getDocCommentTree(declaration);
        if (comment == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (DocTree part : comment.getFullBody()) {
            text.append(
                    switch (part) {
                        case LiteralTree literal ->
                            "`%s`".formatted(literal.getBody().getBody());
                        case TextTree plain -> plain.getBody();
                        case LinkTree link -> "`%s`".formatted(linkedName(link, prefix));
                        default -> part.toString();
                    });
        }
        return text.toString().replaceAll("\\s+", " ").strip();
    }

    private static String linkedName(LinkTree link, String prefix) {
        String target = link.getReference().getSignature();
        return target.startsWith("#") ? prefix + "." + toKebabCase(target.substring(1)) : target;
    }

    private static String toKebabCase(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
