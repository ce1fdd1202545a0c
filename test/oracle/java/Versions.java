// Prints Lucene's version and echoes its input, so that a test can check the bridge to Java.

import java.nio.charset.StandardCharsets;
import org.apache.lucene.util.Version;

public final class Versions {
  public static void main(String[] args) throws Exception {
    String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    System.out.write((Version.LATEST + "\n" + input).getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }
}
