package io.fondaco;

import java.io.File;
import java.util.regex.Pattern;

/** Programs that tests use only where they are installed. */
public final class InstalledPrograms {
    private InstalledPrograms() {}

    public static boolean isOnPath(String program) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv("PATH"))
                .anyMatch(folder -> new File(folder, program).canExecute());
    }
}
