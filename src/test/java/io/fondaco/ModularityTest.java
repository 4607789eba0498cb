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
import jakarta.ws.rs.GET;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the walls of the house, and draws its plan into {@code docs/modules.md}. */
class ModularityTest {
    private static final String ROOT = "io.fondaco";
    private static final String PLATFORM = "platform";
    private static final Path MODULE_DOCUMENT = Path.of("docs", "modules.md");
    private static final Path MIGRATIONS = Path.of("db-migrations");
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "fondaco");

    /** The plan as it is drawn: who may call whom. {@code access} and {@code platform} are open to all. */
    private static final Map<String, Set<String>> ALLOWED_DEPENDENCIES = Map.ofEntries(
            Map.entry("importing", Set.of("catalog", "inventory", "pricing")),
            Map.entry(
                    "checkout",
                    Set.of(
                            "cart",
                            "catalog",
                            "customer",
                            "inventory",
                            "order",
                            "payment",
                            "pricing",
                            "promotion",
                            "shipping")),
            Map.entry("cart", Set.of("catalog")),
            Map.entry("pricing", Set.of("catalog")),
            Map.entry("inventory", Set.of("catalog")),
            Map.entry("promotion", Set.of()),
            Map.entry("shipping", Set.of()),
            Map.entry("payment", Set.of()),
            Map.entry("order", Set.of("customer")),
            Map.entry("catalog", Set.of()),
            Map.entry("customer", Set.of()),
            Map.entry("mail", Set.of("order")),
            Map.entry("webhook", Set.of()),
            Map.entry("operations", Set.of()),
            Map.entry("access", Set.of()));

    private static final Set<String> WORKER_ONLY_CONDITIONS = Set.of("SkipUnlessWorker", "MailDisabled");

    private static final int MAX_FILES_PER_MODULE = 35;

    /** Rooms that are to become two: the file formats leave importing. These numbers may only fall. */
    private static final Map<String, Integer> MAX_FILES_EXCEPTIONS = Map.of("importing", 55);

    /** The floors of the house, from the door to the ground. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("importing", "mail", "webhook", "operations"),
            List.of("checkout"),
            List.of("cart", "pricing", "promotion", "inventory", "shipping", "payment", "order"),
            List.of("catalog", "customer"),
            List.of("access"));

    /** The application's own; by name they would be looked for in everything that tests use. */
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void theModuleGraphIsTheDrawnOne() {
        assertThat(withoutAccess(actualGraph())).isEqualTo(new TreeMap<>(sorted(ALLOWED_DEPENDENCIES)));
    }

    @Test
    void everyModuleDeclaresTheNeighboursThatItUses() {
        SortedMap<String, Set<String>> declared = new TreeMap<>();
        for (String module : modules()) {
            declared.put(
                    module, new TreeSet<>(Arrays.asList(moduleAnnotation(module).allowedDependencies())));
        }
        assertThat(withoutAccess(actualGraph())).isEqualTo(declared);
    }

    @Test
    void callsGoDownTheFloorsOnly() {
        actualGraph().forEach((module, neighbours) -> assertThat(neighbours)
                .as("what %s uses lies below it", module)
                .allSatisfy(neighbour -> assertThat(layer(neighbour)).isGreaterThan(layer(module))));
    }

    @Test
    void noTwoPackagesDependOnEachOther() {
        SlicesRuleDefinition.slices()
                .matching("io.fondaco.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void thePlatformKnowsNoModule() {
        Set<String> known = CLASSES.stream()
                .filter(type -> module(type).equals(PLATFORM))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> module(dependency.getTargetClass().getBaseComponentType()))
                .filter(modules()::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(known).isEmpty();
    }

    @Test
    void entitiesResourcesAndJobsStayInTheirRoom() {
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
    void everyJobDeclaresItsRouteAndEveryReadIsRetriedElsewhere() {
        Set<String> undeclared = CLASSES.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith("io.quarkus.scheduler.Scheduled")
                        || method.isAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Incoming"))
                .filter(method -> !method.isAnnotatedWith(ReadsFrom.class))
                .map(JavaMethod::getFullName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(undeclared).as("jobs and listeners without a route").isEmpty();
        Set<String> everywhere = CLASSES.stream()
                .flatMap(type -> type.getMethods().stream())
                .flatMap(method -> method
                        .tryGetAnnotationOfType(Scheduled.class)
                        .filter(job -> !WORKER_ONLY_CONDITIONS.contains(
                                job.skipExecutionIf().getSimpleName()))
                        .map(_ -> method.getFullName())
                        .stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(everywhere).as("jobs that are not left to workers").isEmpty();
        Set<String> unprotected = CLASSES.stream()
                .filter(type -> type.getMethods().stream().anyMatch(method -> method.isAnnotatedWith(GET.class)))
                .filter(type -> !type.isAnnotatedWith(RetriedReads.class))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(unprotected).as("resources whose reads die with a replica").isEmpty();
    }

    @Test
    void aModuleIsOneFlatPackageOfAtMostThirtyFilesOrSo() throws IOException {
        for (String module : modules()) {
            try (Stream<Path> content = Files.list(SOURCES.resolve(module))) {
                List<Path> files = content.toList();
                assertThat(files)
                        .as(module)
                        .allMatch(Files::isRegularFile)
                        .hasSizeLessThanOrEqualTo(MAX_FILES_EXCEPTIONS.getOrDefault(module, MAX_FILES_PER_MODULE));
            }
        }
    }

    @Test
    void noModuleNamesATableOfAnother() throws IOException {
        Map<String, Set<String>> tables = tables();
        List<String> trespasses = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(Files.walk(SOURCES), Files.walk(MIGRATIONS))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String owner = owningModule(file);
                String text = Files.readString(file);
                for (Map.Entry<String, Set<String>> schema : tables.entrySet()) {
                    if (schema.getKey().equals(owner)) {
                        continue;
                    }
                    for (String table : schema.getValue()) {
                        Pattern use = Pattern.compile("(?i)(FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON)\\s+\\\\?\"?"
                                + schema.getKey() + "\\\\?\"?\\." + table + "\\b");
                        if (use.matcher(text).find()) {
                            trespasses.add("%s uses %s.%s".formatted(file, schema.getKey(), table));
                        }
                    }
                }
            }
        }
        assertThat(tables).as("the test sees every schema").containsKeys("catalog", "inventory", "order");
        assertThat(trespasses).isEmpty();
    }

    @Test
    void everyModuleHasItsPlaceInTheDrawing() throws IOException {
        GoldenFile.verify(MODULE_DOCUMENT, renderModuleDocument());
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

    private static Map<String, Set<String>> sorted(Map<String, Set<String>> graph) {
        return graph.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> new TreeSet<>(entry.getValue())));
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
        String rest = name.substring(ROOT.length() + 1);
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }

    private static ApplicationModule moduleAnnotation(String module) {
        return CLASSES.get(ROOT + "." + module + ".package-info").getAnnotationOfType(ApplicationModule.class);
    }

    private static int layer(String module) {
        for (int floor = 0; floor < LAYERS.size(); floor++) {
            if (LAYERS.get(floor).contains(module)) {
                return floor;
            }
        }
        throw new AssertionError(module + " has no floor in the drawing");
    }

    private static String owningModule(Path file) {
        Path inside = file.startsWith(MIGRATIONS) ? MIGRATIONS.relativize(file) : SOURCES.relativize(file);
        String first = inside.getName(0).toString();
        return first.equals(PLATFORM) && inside.getNameCount() > 1
                ? inside.getName(1).toString()
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
        StringBuilder plan = new StringBuilder("""
                # The modules, as they are

                Drawn by `ModularityTest` from the code at every build; do not edit. An arrow means "calls the face of".
                `access` and `platform` are open to every module and left out of the picture. How to add a room:
                [adding-a-module.md](adding-a-module.md).

                ```mermaid
                flowchart TD
                """);
        for (List<String> floor : LAYERS.subList(0, LAYERS.size() - 1)) {
            plan.append("  subgraph floor").append(LAYERS.indexOf(floor)).append("[ ]\n");
            floor.forEach(module -> plan.append("    ").append(module).append('\n'));
            plan.append("  end\n");
        }
        withoutAccess(actualGraph())
                .forEach((module, neighbours) -> neighbours.forEach(neighbour -> plan.append("  ")
                        .append(module)
                        .append(" --> ")
                        .append(neighbour)
                        .append('\n')));
        plan.append("```\n\n| module | what it is for | uses |\n|---|---|---|\n");
        SortedMap<String, Set<String>> graph = withoutAccess(actualGraph());
        for (String module : LAYERS.stream().flatMap(List::stream).toList()) {
            plan.append("| `%s` | %s | %s |\n"
                    .formatted(module, moduleDescription(module), String.join(", ", graph.get(module))));
        }
        return plan.toString();
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
