package io.fondaco.faults;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Java agent that ends the process, as {@code kill -9} does, at a call in the application, so that the application
 * itself has no code for it. {@link CrashAgentJar} packages it.
 *
 * <p>It is on the boot class path, so that the class loader of the packaged application finds it. So it uses only
 * classes of the JDK.
 */
public final class CrashAgent implements ClassFileTransformer {
    /** The exit code of a process that {@code SIGKILL} ended. */
    static final int EXIT_CODE = 137;

    private static final AtomicInteger REMAINING = new AtomicInteger(Integer.MAX_VALUE);
    private static final ClassDesc AGENT = ClassDesc.of(CrashAgent.class.getName());
    private static final MethodTypeDesc NO_ARGUMENTS = MethodTypeDesc.of(ConstantDescs.CD_void);

    private final CrashSite site;

    CrashAgent(CrashSite site) {
        this.site = site;
    }

    /**
     * Where the process ends: before or after the calls of one method within another.
     *
     * @param className binary name
     * @param method the calling method; all overloads
     * @param side {@code before} or {@code after}
     * @param callee name of the called method, of any class
     */
    record CrashSite(String className, String method, String side, String callee) {
        static CrashSite parse(String text) {
            String[] parts = text.split(",", -1);
            return new CrashSite(parts[0], parts[1], parts[2], parts[3]);
        }

        @Override
        public String toString() {
            return String.join(",", className, method, side, callee);
        }
    }

    /** Loaded by an option of the command line; see {@link #agentmain}. */
    public static void premain(String argument, Instrumentation instrumentation) throws UnmodifiableClassException {
        agentmain(argument, instrumentation);
    }

    /**
     * Loaded into a running process, which may have loaded the class before. Unlike an agent of the command line, this
     * leaves the process its AOT cache, so that it starts in a third of the time.
     *
     * @param argument the {@link CrashSite}, a semicolon, and at which arrival there the process ends
     */
    public static void agentmain(String argument, Instrumentation instrumentation) throws UnmodifiableClassException {
        String[] parts = argument.split(";", -1);
        CrashSite site = CrashSite.parse(parts[0]);
        REMAINING.set(Integer.parseInt(parts[1]));
        instrumentation.addTransformer(new CrashAgent(site), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getName().equals(site.className())) {
                instrumentation.retransformClasses(loaded);
            }
        }
    }

    /** The inserted call. */
    public static void arrive() {
        if (REMAINING.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    static int remaining() {
        return REMAINING.get();
    }

    /** The JVM ignores an exception of a transformer, so a failure ends the process with another exit code. */
    @Override
    public byte[] transform(
            ClassLoader loader, String internalName, Class<?> redefined, ProtectionDomain domain, byte[] original) {
        if (!site.className().replace('.', '/').equals(internalName)) {
            return null;
        }
        try {
            return insertCalls(original, loader);
        } catch (RuntimeException e) {
            System.err.println("The crash agent failed at " + site + ": " + e);
            Runtime.getRuntime().halt(1);
            throw e;
        }
    }

    /**
     * @param loader finds the classes that the code uses
     * @throws IllegalArgumentException if the class has no such call
     */
    byte[] insertCalls(byte[] original, ClassLoader loader) {
        // Parsing finds the types of stack frames without loading classes, which a transformer must not do.
        ClassFile classFile = ClassFile.of(ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
        ClassModel parsed = classFile.parse(original);
        boolean found = parsed.methods().stream()
                .filter(method -> method.methodName().equalsString(site.method()))
                .flatMap(method -> method.code().stream())
                .flatMap(code -> code.elementStream())
                .anyMatch(this::isCall);
        if (!found) {
            throw new IllegalArgumentException("There is no such call: " + site);
        }
        return classFile.transformClass(
                parsed,
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString(site.method()), this::insertCall));
    }

    private void insertCall(CodeBuilder code, CodeElement element) {
        if (!isCall(element)) {
            code.with(element);
        } else if (site.side().equals("before")) {
            code.invokestatic(AGENT, "arrive", NO_ARGUMENTS).with(element);
        } else {
            code.with(element);
            code.invokestatic(AGENT, "arrive", NO_ARGUMENTS);
        }
    }

    private boolean isCall(CodeElement element) {
        return element instanceof InvokeInstruction call && call.name().equalsString(site.callee());
    }
}
