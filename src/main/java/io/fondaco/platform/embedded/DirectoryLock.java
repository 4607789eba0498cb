package io.fondaco.platform.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Allows one running JVM per data directory. The operating system releases the lock when its holder dies. */
final class DirectoryLock {
    private DirectoryLock() {}

    /**
     * Locks the directory; closing the channel releases the lock. A JVM must not call this twice for a directory,
     * because closing either channel releases both locks.
     */
    static FileChannel acquire(Path directory) {
        Path file = directory.resolve("lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new IllegalStateException("The data directory " + directory + " is in use by process "
                        + Files.readString(file).strip()
                        + "; stop that one, or set FONDACO_DATA_DIR to another directory");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            throw new IllegalStateException("The data directory " + directory + " cannot be locked", e);
        }
    }
}
