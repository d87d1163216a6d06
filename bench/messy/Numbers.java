// SPDX-License-Identifier: Apache-2.0

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/** As numbers.js, with libphonenumber itself: Numbers.java NUMBERS THREADS. */
public final class Numbers {
  private static final PhoneNumberUtil UTIL = PhoneNumberUtil.getInstance();

  public static void main(String[] arguments) throws Exception {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long started = System.nanoTime();
    long cpu = system.getProcessCpuTime();
    var pool = new ForkJoinPool(Integer.parseInt(arguments[1]));
    long numbers = pool.submit(() -> lines.parallelStream().filter(Numbers::isRead).count()).get();
    double seconds = (System.nanoTime() - started) / 1e9;
    double took = (system.getProcessCpuTime() - cpu) / 1e9;
    System.out.println("{\"cpu\":" + took + ",\"seconds\":" + seconds + ",\"numbers\":" + numbers + "}");
  }

  private static boolean isRead(String line) {
    try {
      PhoneNumber number = UTIL.parse(line.substring(3), line.substring(0, 2));
      return UTIL.isPossibleNumber(number) && !UTIL.format(number, PhoneNumberFormat.E164).isEmpty();
    } catch (NumberParseException e) {
      return false;
    }
  }
}
