package io.fondaco.faults;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.fondaco.faults.CrashAgent.CrashSite;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** {@link CrashAgent} as a jar, for the option {@code -javaagent} of another process. */
record CrashAgentJar(Path file) {
    private static final String NAME = "crash-agent.jar";

    static CrashAgentJar write(Path directory) {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", CrashAgent.class.getName());
        attributes.putValue("Agent-Class", CrashAgent.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        attributes.putValue("Boot-Class-Path", NAME);
        Path file = directory.resolve(NAME).toAbsolutePath();
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (Class<?> type : List.of(CrashAgent.class, CrashSite.class)) {
                jar.putNextEntry(new JarEntry(classFileName(type)));
                jar.write(readClassFile(type));
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new CrashAgentJar(file);
    }

    /** @param count at which arrival at the site the process ends; 1 is the first */
    String javaOption(CrashSite site, int count) {
        return "-javaagent:%s=%s".formatted(file, argument(site, count));
    }

    /** Loads the agent into a running process; the count as in {@link #javaOption}. */
    void attachTo(long processId, CrashSite site, int count) {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(processId));
            try {
                machine.loadAgent(file.toString(), argument(site, count));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException | IOException e) {
            throw new IllegalStateException("The crash agent could not be loaded into process " + processId, e);
        }
    }

    private static String argument(CrashSite site, int count) {
        return site + ";" + count;
    }

    static byte[] readClassFile(Class<?> type) throws IOException {
        try (InputStream content = type.getClassLoader().getResourceAsStream(classFileName(type))) {
            return content.readAllBytes();
        }
    }

    private static String classFileName(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }
}
