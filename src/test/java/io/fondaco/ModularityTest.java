package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.fondaco.platform.ApplicationModule;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.GET;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.junit.jupiter.api.Test;

/** Checks the module boundaries, and generates {@code docs/modules.md}. */
class ModularityTest {
    private static final String ROOT = "io.fondaco";
    private static final String PLATFORM = "platform";
    private static final Path MODULE_DOCUMENT = Path.of("docs", "modules.md");
    private static final Path MIGRATIONS = Path.of("db-migrations");
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "fondaco");

    private static final Set<String> WORKER_ONLY_CONDITIONS = Set.of("SkipUnlessWorker", "MailDisabled");

    /** What makes a class a bean here. */
    private static final Set<String> BEAN_ANNOTATIONS = Set.of(
            "jakarta.enterprise.context.ApplicationScoped",
            "jakarta.enterprise.context.Dependent",
            "jakarta.enterprise.context.RequestScoped",
            "jakarta.inject.Singleton",
            "jakarta.interceptor.Interceptor",
            "jakarta.ws.rs.Path",
            "jakarta.ws.rs.ext.Provider");

    private static final int MAX_FILES_PER_PACKAGE = 30;

    /** The application's own classes; found by package name they would include those that tests use. */
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void everyModuleDeclaresItsDependencies() {
        SortedMap<String, Set<String>> declared = new TreeMap<>();
        for (String module : modules()) {
            declared.put(
                    module, new TreeSet<>(Arrays.asList(moduleAnnotation(module).allowedDependencies())));
        }
        assertThat(withoutAccess(actualGraph())).isEqualTo(declared);
    }

    @Test
    void packagesHaveNoCyclicDependencies() {
        SlicesRuleDefinition.slices()
                .matching("io.fondaco.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /**
     * Beans that inject each other cannot be understood, constructed or tested one without the other; CDI hides the
     * circle behind a proxy.
     */
    @Test
    void beansHaveNoCyclicInjections() {
        Map<JavaClass, Set<JavaClass>> injected = injectedBeans();
        assertThat(injected).as("the test sees the beans").hasSizeGreaterThan(100);
        Set<String> cycles = injected.keySet().stream()
                .flatMap(bean -> findCycle(bean, injected).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(cycles).isEmpty();
    }

    @Test
    void platformDependsOnNoModule() {
        Set<String> known = CLASSES.stream()
                .filter(type -> module(type).equals(PLATFORM))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> module(dependency.getTargetClass().getBaseComponentType()))
                .filter(modules()::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(known).isEmpty();
    }

    /** The prefixes of the two APIs are in one class; what is below them, and how it is secured, modules declare. */
    @Test
    void platformContainsNoPathAndNoSecuritySchemeOfAModule() throws IOException {
        Set<String> segments = pathSegmentsOfModules();
        Set<String> schemes = securitySchemesOfModules();
        assertThat(segments).as("the test sees the resources").contains("carts", "complete", "imports");
        assertThat(schemes).as("the test sees the security schemes").contains("cart_token");
        Pattern ofModule = Pattern.compile("\"([^\"]* )?/([^\"]*/)?(%s)(?![\\w-])|\"(%s)\""
                .formatted(String.join("|", segments), String.join("|", schemes)));
        Pattern prefix = Pattern.compile("\"[^\"]*/(store|admin)\\b");
        List<String> violations = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES.resolve(PLATFORM))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                boolean conventions = file.endsWith("ApiConventions.java");
                Files.readAllLines(file).stream()
                        .filter(line -> ofModule.matcher(line).find()
                                || (!conventions && prefix.matcher(line).find()))
                        .forEach(line -> violations.add("%s: %s".formatted(file.getFileName(), line.strip())));
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void entitiesResourcesAndJobsAreNotPublic() {
        Set<String> exposed = CLASSES.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> modules().contains(module(type)))
                .filter(type -> type.isAnnotatedWith("jakarta.persistence.Entity")
                        || type.isAnnotatedWith("jakarta.ws.rs.Path")
                        || type.getMethods().stream()
                                .anyMatch(method -> method.isAnnotatedWith("io.quarkus.scheduler.Scheduled")))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(exposed).isEmpty();
    }

    @Test
    void everyJobDeclaresItsRouteAndEveryReadIsRetried() {
        Set<String> undeclared = CLASSES.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith("io.quarkus.scheduler.Scheduled")
                        || method.isAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Incoming"))
                .filter(method -> !method.isAnnotatedWith(ReadsFrom.class))
                .map(JavaMethod::getFullName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(undeclared).as("jobs and listeners without a route").isEmpty();
        Set<String> notOnlyOnWorkers = CLASSES.stream()
                .flatMap(type -> type.getMethods().stream())
                .flatMap(method -> method
                        .tryGetAnnotationOfType(Scheduled.class)
                        .filter(job -> !WORKER_ONLY_CONDITIONS.contains(
                                job.skipExecutionIf().getSimpleName()))
                        .map(_ -> method.getFullName())
                        .stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(notOnlyOnWorkers).as("jobs that do not run only on workers").isEmpty();
        Set<String> unprotected = CLASSES.stream()
                .filter(type -> type.getMethods().stream().anyMatch(method -> method.isAnnotatedWith(GET.class)))
                .filter(type -> !type.isAnnotatedWith(RetriedReads.class))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(unprotected)
                .as("resources whose reads are not retried on another node")
                .isEmpty();
    }

    @Test
    void moduleIsOneFlatPackage() throws IOException {
        for (String module : modules()) {
            try (Stream<Path> content = Files.list(SOURCES.resolve(module))) {
                assertThat(content.toList()).as(module).allMatch(Files::isRegularFile);
            }
        }
    }

    @Test
    void packageHasABoundedNumberOfFiles() throws IOException {
        Map<String, Integer> oversized = new TreeMap<>();
        try (Stream<Path> directories = Files.walk(SOURCES).filter(Files::isDirectory)) {
            for (Path directory : directories.toList()) {
                String name = SOURCES.relativize(directory).toString();
                try (Stream<Path> files = Files.list(directory).filter(Files::isRegularFile)) {
                    int count = (int) files.count();
                    if (count > MAX_FILES_PER_PACKAGE) {
                        oversized.put(name, count);
                    }
                }
            }
        }
        assertThat(oversized).isEmpty();
    }

    /** ADR 17. Before a request has a route, API keys are read by JDBC on a connection of their own. */
    @Test
    void modulesHaveNativeSqlOnlyInStatementClasses() throws IOException {
        Pattern nativeSql = Pattern.compile(
                "\\.(createNativeQuery|createNativeMutationQuery|prepareStatement)\\(|\\bsql\\.(query|update)\\(");
        Set<String> found = new TreeSet<>();
        int statementClasses = 0;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.startsWith(SOURCES.resolve(PLATFORM))
                        || !nativeSql.matcher(Files.readString(file)).find()) {
                    continue;
                }
                if (file.toString().endsWith("Statements.java")) {
                    statementClasses++;
                } else {
                    found.add(SOURCES.relativize(file).toString());
                }
            }
        }
        assertThat(statementClasses).isGreaterThan(10);
        assertThat(found)
                .containsExactly(
                        "access/ApiKeyAuthenticator.java",
                        "access/ApiKeyLastUsedRecorder.java",
                        "access/BootstrapKey.java",
                        "operations/StatementStatistics.java");
    }

    @Test
    void modulesUseOnlyTheirOwnTables() throws IOException {
        Map<String, Set<String>> tables = tables();
        Pattern qualifiedTable =
                Pattern.compile("(?i)\\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON)\\s+\\\\?\"?(?<schema>\\w+)"
                        + "\\\\?\"?\\.(?<table>\\w+)");
        List<String> violations = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(Files.walk(SOURCES), Files.walk(MIGRATIONS))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String owner = owningModule(file);
                String text = Files.readString(file);
                Matcher use = qualifiedTable.matcher(text);
                while (use.find()) {
                    String schema = use.group("schema").toLowerCase(Locale.ROOT);
                    String table = use.group("table").toLowerCase(Locale.ROOT);
                    if (!schema.equals(owner)
                            && tables.getOrDefault(schema, Set.of()).contains(table)) {
                        violations.add("%s uses %s.%s".formatted(file, schema, table));
                    }
                }
            }
        }
        assertThat(tables).as("the test sees every schema").containsKeys("catalog", "inventory", "order");
        assertThat(violations).isEmpty();
    }

    @Test
    void moduleDocumentIsUpToDate() throws IOException {
        GoldenFile.verify(MODULE_DOCUMENT, renderModuleDocument());
    }

    /**
     * The beans that the constructor of each bean requires. A parameter's type stands for all beans that have it and
     * for the beans that produce it. {@code Instance<T>} is left out: with it a registry looks up what other modules
     * contribute, after all of them are constructed.
     */
    private static Map<JavaClass, Set<JavaClass>> injectedBeans() {
        List<JavaClass> beans = CLASSES.stream()
                .filter(type -> BEAN_ANNOTATIONS.stream().anyMatch(type::isAnnotatedWith))
                .toList();
        Map<JavaClass, Set<JavaClass>> injected = new HashMap<>();
        for (JavaClass bean : beans) {
            Set<JavaClass> types = bean.getConstructors().stream()
                    .flatMap(constructor -> constructor.getParameters().stream())
                    .filter(parameter -> !parameter.getRawType().isEquivalentTo(Instance.class))
                    .flatMap(parameter -> parameter.getType().getAllInvolvedRawTypes().stream())
                    .collect(Collectors.toSet());
            injected.put(
                    bean,
                    beans.stream()
                            .filter(other -> types.stream().anyMatch(type -> provides(other, type)))
                            .collect(Collectors.toSet()));
        }
        return injected;
    }

    private static boolean provides(JavaClass bean, JavaClass type) {
        return bean.isAssignableTo(type.getName())
                || bean.getMethods().stream()
                        .filter(method -> method.isAnnotatedWith("jakarta.enterprise.inject.Produces"))
                        .anyMatch(method -> method.getRawReturnType().isAssignableTo(type.getName()));
    }

    /** The shortest way from the bean back to itself. */
    private static Optional<String> findCycle(JavaClass bean, Map<JavaClass, Set<JavaClass>> injected) {
        Map<JavaClass, String> paths = new HashMap<>();
        Deque<JavaClass> queue = new ArrayDeque<>(List.of(bean));
        paths.put(bean, bean.getSimpleName());
        while (!queue.isEmpty()) {
            JavaClass from = queue.remove();
            for (JavaClass to : injected.get(from)) {
                String path = paths.get(from) + " -> " + to.getSimpleName();
                if (to.equals(bean)) {
                    return Optional.of(path);
                }
                if (paths.putIfAbsent(to, path) == null) {
                    queue.add(to);
                }
            }
        }
        return Optional.empty();
    }

    /** Below {@code /store/v1} and {@code /admin/v1}, without parameters. */
    private static Set<String> pathSegmentsOfModules() {
        return CLASSES.stream()
                .filter(type -> modules().contains(module(type)))
                .flatMap(type -> Stream.concat(Stream.of(type), type.getMethods().stream()))
                .flatMap(annotated -> annotated.tryGetAnnotationOfType(jakarta.ws.rs.Path.class).stream())
                .flatMap(path -> Arrays.stream(path.value().split("/", -1)))
                .filter(segment -> !segment.isEmpty() && !segment.startsWith("{"))
                .filter(segment -> !Set.of("store", "admin", "v1").contains(segment))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> securitySchemesOfModules() {
        return CLASSES.stream()
                .filter(type -> modules().contains(module(type)))
                .flatMap(type -> Stream.concat(Stream.of(type), type.getMethods().stream()))
                .flatMap(annotated -> annotated.tryGetAnnotationOfType(SecurityRequirement.class).stream())
                .map(SecurityRequirement::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static SortedMap<String, Set<String>> actualGraph() {
        SortedMap<String, Set<String>> graph = new TreeMap<>();
        Set<String> modules = modules();
        modules.forEach(module -> graph.put(module, new TreeSet<>()));
        for (JavaClass type : CLASSES) {
            String from = module(type);
            if (!modules.contains(from)) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = module(dependency.getTargetClass().getBaseComponentType());
                if (modules.contains(to) && !to.equals(from)) {
                    graph.get(from).add(to);
                }
            }
        }
        return graph;
    }

    private static SortedMap<String, Set<String>> withoutAccess(SortedMap<String, Set<String>> graph) {
        SortedMap<String, Set<String>> reduced = new TreeMap<>();
        graph.forEach((module, neighbours) -> {
            Set<String> others = new TreeSet<>(neighbours);
            others.remove("access");
            reduced.put(module, others);
        });
        return reduced;
    }

    private static Set<String> modules() {
        return CLASSES.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith(ApplicationModule.class))
                .map(ModularityTest::module)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String module(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(ROOT + ".")) {
            return "";
        }
        String relativeName = name.substring(ROOT.length() + 1);
        int dot = relativeName.indexOf('.');
        return dot < 0 ? relativeName : relativeName.substring(0, dot);
    }

    private static ApplicationModule moduleAnnotation(String module) {
        return CLASSES.get(ROOT + "." + module + ".package-info").getAnnotationOfType(ApplicationModule.class);
    }

    /**
     * The modules by layer, from top to bottom. A module is one layer above the highest module that it uses; the lowest
     * modules use none.
     */
    private static List<List<String>> layers() {
        SortedMap<String, Set<String>> graph = withoutAccess(actualGraph());
        SortedMap<Integer, List<String>> byHeight = new TreeMap<>(Comparator.reverseOrder());
        for (String module : graph.keySet()) {
            byHeight.computeIfAbsent(height(module, graph), _ -> new ArrayList<>())
                    .add(module);
        }
        return List.copyOf(byHeight.values());
    }

    private static int height(String module, Map<String, Set<String>> graph) {
        return graph.get(module).stream()
                .mapToInt(used -> 1 + height(used, graph))
                .max()
                .orElse(0);
    }

    private static String owningModule(Path file) {
        Path relativePath = file.startsWith(MIGRATIONS) ? MIGRATIONS.relativize(file) : SOURCES.relativize(file);
        String first = relativePath.getName(0).toString();
        return first.equals(PLATFORM) && relativePath.getNameCount() > 1
                ? relativePath.getName(1).toString()
                : first;
    }

    private static Map<String, Set<String>> tables() throws IOException {
        Pattern create = Pattern.compile("(?i)CREATE TABLE (?:IF NOT EXISTS )?\"?(\\w+)\"?\\.\"?(\\w+)\"?");
        Map<String, Set<String>> tables = new TreeMap<>();
        try (Stream<Path> files = Files.walk(MIGRATIONS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = create.matcher(Files.readString(file));
                while (matcher.find()) {
                    assertThat(matcher.group(1)).as("schema of %s", file).isEqualTo(owningModule(file));
                    tables.computeIfAbsent(matcher.group(1), _ -> new TreeSet<>())
                            .add(matcher.group(2));
                }
            }
        }
        return tables;
    }

    private static String renderModuleDocument() throws IOException {
        StringBuilder document = new StringBuilder("""
            # Modules

            Generated by `ModularityTest` from the code at every build; do not edit. An arrow means "uses the public
            API of". `access` and `platform` are open to every module and not shown. How to add a module:
            [adding-a-module.md](adding-a-module.md).

            ```mermaid
            flowchart TD
            """);
        List<List<String>> layers = layers();
        for (List<String> layer : layers) {
            document.append("  subgraph layer").append(layers.indexOf(layer)).append("[ ]\n");
            layer.stream()
                    .filter(module -> !module.equals("access"))
                    .forEach(module -> document.append("    ").append(module).append('\n'));
            document.append("  end\n");
        }
        withoutAccess(actualGraph())
                .forEach((module, neighbours) -> neighbours.forEach(neighbour -> document.append("  ")
                        .append(module)
                        .append(" --> ")
                        .append(neighbour)
                        .append('\n')));
        document.append("```\n\n| module | purpose | uses |\n|---|---|---|\n");
        SortedMap<String, Set<String>> graph = withoutAccess(actualGraph());
        for (String module : layers.stream().flatMap(List::stream).toList()) {
            document.append("| `%s` | %s | %s |\n"
                    .formatted(module, moduleDescription(module), String.join(", ", graph.get(module))));
        }
        return document.toString();
    }

    private static String moduleDescription(String module) throws IOException {
        String source = Files.readString(SOURCES.resolve(module).resolve("package-info.java"));
        Matcher comment = Pattern.compile("(?s)/\\*\\*(.*?)\\*/").matcher(source);
        assertThat(comment.find()).isTrue();
        return comment.group(1)
                .replaceAll("(?m)^\\s*\\*\\s?", "")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
